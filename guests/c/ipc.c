// SPDX-License-Identifier: MIT
// System V shared memory, semaphores and message queues: prints what they answer.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>

static long expect(const char* what, long value) {
  printf("%s: %ld%s%s\n", what, value, value < 0 ? " " : "", value < 0 ? strerror(errno) : "");
  return value;
}

static void shared_memory(void) {
  int id = shmget(IPC_PRIVATE, 5000, IPC_CREAT | 0600);
  expect("shmget", id >= 0);
  char* one = shmat(id, NULL, 0);
  const char* two = shmat(id, NULL, SHM_RDONLY);
  strcpy(one + 4990, "both see");
  puts(two + 4990);
  struct shmid_ds status;
  expect("IPC_STAT", shmctl(id, IPC_STAT, &status));
  expect("attached", (long)status.shm_nattch);
  expect("size", (long)status.shm_segsz);
  expect("mode", status.shm_perm.mode);
  expect("IPC_RMID", shmctl(id, IPC_RMID, NULL));
  expect("detach", shmdt(one));
  expect("detach again", shmdt(one));
  puts(two + 4990);
  expect("detach the other", shmdt(two));
  expect("it is gone", shmctl(id, IPC_STAT, &status));
  expect("no size", shmget(IPC_PRIVATE, 0, IPC_CREAT | 0600));
}

static void semaphores(void) {
  int id = semget(IPC_PRIVATE, 3, IPC_CREAT | 0600);
  expect("semget", id >= 0);
  unsigned short values[3] = {1, 2, 3};
  expect("SETALL", semctl(id, 0, SETALL, values));
  struct sembuf both[2] = {{0, -1, IPC_NOWAIT}, {2, 4, 0}};
  expect("semop", semop(id, both, 2));
  expect("first", semctl(id, 0, GETVAL));
  expect("third", semctl(id, 2, GETVAL));
  expect("semop again", semop(id, both, 2));
  expect("third is as before", semctl(id, 2, GETVAL));
  struct sembuf zero = {0, 0, 0}, take = {0, -1, 0}, far = {9, 1, 0};
  expect("it is zero", semop(id, &zero, 1));
  expect("no such semaphore", semop(id, &far, 1));
  struct timespec soon = {0, 1000000};
  expect("in vain", semtimedop(id, &take, 1, &soon));
  expect("SETVAL", semctl(id, 1, SETVAL, 40000));
  memset(values, 0, sizeof values);
  expect("GETALL", semctl(id, 0, GETALL, values));
  printf("%u %u %u\n", values[0], values[1], values[2]);
  expect("IPC_RMID", semctl(id, 0, IPC_RMID));
  expect("it is gone", semctl(id, 0, GETVAL));
}

static void messages(void) {
  struct {
    long type;
    char text[16];
  } message = {5, "five"}, received;
  int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
  expect("msgget", id >= 0);
  expect("msgsnd", msgsnd(id, &message, 5, 0));
  message.type = 3;
  strcpy(message.text, "three");
  expect("msgsnd", msgsnd(id, &message, 6, 0));
  struct msqid_ds status;
  expect("IPC_STAT", msgctl(id, IPC_STAT, &status));
  expect("messages", (long)status.msg_qnum);
  expect("lowest first", msgrcv(id, &received, 16, -9, 0));
  puts(received.text);
  expect("too large", msgrcv(id, &received, 2, 0, 0));
  expect("cut", msgrcv(id, &received, 2, 5, MSG_NOERROR));
  expect("none", msgrcv(id, &received, 16, 0, IPC_NOWAIT));
  message.type = 0;
  expect("no type", msgsnd(id, &message, 1, 0));
  expect("IPC_RMID", msgctl(id, IPC_RMID, NULL));
}

int main(void) {
  shared_memory();
  semaphores();
  messages();
  return 0;
}
