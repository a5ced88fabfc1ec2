// SPDX-License-Identifier: MIT
// System V objects between processes: what one does the other sees, waits for and is told of.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void change(int set, int by, int flags) {
  struct sembuf one = {0, by, flags};
  if (semop(set, &one, 1) != 0) printf("semop: %s\n", strerror(errno));
}

int main(void) {
  time_t begin = time(0);
  setvbuf(stdout, 0, _IONBF, 0);
  int segment = shmget(IPC_PRIVATE, 8192, 0600), queue = msgget(IPC_PRIVATE, 0600),
      set = semget(IPC_PRIVATE, 1, 0600);
  int* memory = shmat(segment, 0, 0);
  struct {
    long type;
    char text[8];
  } message = {3, "hello"};
  pid_t child = fork();
  if (child == 0) {
    change(set, -1, 0);  // waits for its parent
    printf("child: woken, memory %d\n", memory[0]);
    memory[1] = 7;
    msgsnd(queue, &message, 6, 0);
    change(set, 1, SEM_UNDO);
    int* again = shmat(segment, 0, SHM_RDONLY);
    printf("child: again %d\n", again[1]);
    _exit(0);
  }
  memory[0] = 42;
  change(set, 1, 0);
  message.type = 0;
  long got = msgrcv(queue, &message, 8, 0, 0);
  printf("parent: got %ld bytes of type %ld, memory %d\n", got, message.type, memory[1]);
  waitpid(child, 0, 0);
  struct shmid_ds shm;
  shmctl(segment, IPC_STAT, &shm);
  printf("segment: %d %d %d %d, %d attached\n", shm.shm_cpid == getpid(), shm.shm_lpid == child,
         shm.shm_atime >= begin, shm.shm_ctime >= begin, (int)shm.shm_nattch);
  struct msqid_ds msg;
  msgctl(queue, IPC_STAT, &msg);
  printf("queue: %d %d %d, %d\n", msg.msg_lspid == child, msg.msg_lrpid == getpid(),
         msg.msg_stime >= begin, (int)msg.msg_qnum);
  printf("semaphore: undone to %d, last %d\n", semctl(set, 0, GETVAL),
         semctl(set, 0, GETPID) == child);
  shmctl(segment, IPC_RMID, 0);
  shmctl(segment, IPC_STAT, &shm);
  printf("removed but attached: %d\n", (shm.shm_perm.mode & SHM_DEST) != 0);
  shmdt(memory);
  int gone = shmctl(segment, IPC_STAT, &shm);
  printf("gone: %d %d\n", gone, errno == EINVAL);
  child = fork();
  if (child == 0) {
    struct sembuf one = {0, -1, 0};
    int done = semop(set, &one, 1);
    printf("child: %d %d\n", done, errno == EIDRM);
    _exit(0);
  }
  while (semctl(set, 0, GETNCNT) == 0) usleep(1000);
  printf("one waits\n");
  semctl(set, 0, IPC_RMID);
  waitpid(child, 0, 0);
  msgctl(queue, IPC_RMID, 0);
  return 0;
}
