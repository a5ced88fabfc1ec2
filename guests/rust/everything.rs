// SPDX-License-Identifier: MIT
// What Rust's own library asks of the kernel: threads, channels, panics that are caught, files, children.
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc, Barrier, Condvar, Mutex, Once, RwLock};
use std::thread;
use std::time::{Duration, Instant};

thread_local! {
    static OWN: std::cell::Cell<u32> = const { std::cell::Cell::new(7) };
}

fn threads() {
    let sum = Arc::new(Mutex::new(0u64));
    let handles: Vec<_> = (0..16u64)
        .map(|n| {
            let sum = Arc::clone(&sum);
            thread::spawn(move || {
                OWN.with(|own| own.set(own.get() + n as u32));
                for k in 0..100 {
                    *sum.lock().unwrap() += n * k;
                    if k % 10 == 0 {
                        thread::yield_now();
                    }
                }
                OWN.with(|own| own.get())
            })
        })
        .collect();
    let own: u32 = handles.into_iter().map(|handle| handle.join().unwrap()).sum();
    println!("threads {} {own} {}", sum.lock().unwrap(), OWN.with(|own| own.get()));

    let mut numbers = vec![1u64; 1000];
    thread::scope(|scope| {
        for part in numbers.chunks_mut(250) {
            scope.spawn(move || part.iter_mut().enumerate().for_each(|(i, n)| *n += i as u64));
        }
    });
    println!("scoped {}", numbers.iter().sum::<u64>());
}

fn waiting() {
    let (sender, receiver) = mpsc::sync_channel::<usize>(4);
    let producers: Vec<_> = (0..4)
        .map(|n| {
            let sender = sender.clone();
            thread::spawn(move || (0..50).for_each(|k| sender.send(n * 50 + k).unwrap()))
        })
        .collect();
    drop(sender);
    println!("channel {}", receiver.iter().sum::<usize>());
    producers.into_iter().for_each(|producer| producer.join().unwrap());

    let pair = Arc::new((Mutex::new(0), Condvar::new()));
    let other = Arc::clone(&pair);
    let counter = thread::spawn(move || {
        for _ in 0..5 {
            thread::sleep(Duration::from_millis(1));
            *other.0.lock().unwrap() += 1;
            other.1.notify_one();
        }
    });
    let mut count = pair.0.lock().unwrap();
    while *count < 5 {
        count = pair.1.wait(count).unwrap();
    }
    drop(count);
    counter.join().unwrap();
    let nobody = Condvar::new();
    let begin = Instant::now();
    let guard = pair.0.lock().unwrap();
    let (_guard, limit) = nobody.wait_timeout(guard, Duration::from_millis(20)).unwrap();
    println!("condition {} {}", limit.timed_out(), begin.elapsed() >= Duration::from_millis(20));

    let barrier = Arc::new(Barrier::new(5));
    let leaders = Arc::new(AtomicUsize::new(0));
    let table = Arc::new(RwLock::new(BTreeMap::new()));
    static ONCE: Once = Once::new();
    static ANSWER: AtomicUsize = AtomicUsize::new(0);
    let handles: Vec<_> = (0..5)
        .map(|n| {
            let (barrier, leaders, table) = (barrier.clone(), leaders.clone(), table.clone());
            thread::spawn(move || {
                table.write().unwrap().insert(n, n * n);
                if barrier.wait().is_leader() {
                    leaders.fetch_add(1, Ordering::SeqCst);
                }
                ONCE.call_once(|| ANSWER.store(42, Ordering::SeqCst));
                ANSWER.load(Ordering::SeqCst) + table.read().unwrap().len()
            })
        })
        .collect();
    let all: Vec<usize> = handles.into_iter().map(|handle| handle.join().unwrap()).collect();
    println!("barrier {:?} {} {:?}", all, leaders.load(Ordering::SeqCst), table.read().unwrap());
    let parked = thread::spawn(|| {
        thread::park();
        "unparked"
    });
    parked.thread().unpark();
    println!("{}", parked.join().unwrap());
}

struct Dropped<'a>(&'a AtomicUsize);
impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn panics() {
    std::panic::set_hook(Box::new(|info| {
        println!("panic: {}", info.payload().downcast_ref::<&str>().unwrap_or(&"formatted"))
    }));
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    let caught = std::panic::catch_unwind(|| {
        let _first = Dropped(&DROPPED);
        let _second = Dropped(&DROPPED);
        let none: Option<u32> = std::env::args().nth(99).map(|_| 1);
        none.expect("nothing there")
    });
    println!("caught {} dropped {}", caught.is_err(), DROPPED.load(Ordering::SeqCst));
    let lock = Arc::new(Mutex::new(1));
    let poisoner = Arc::clone(&lock);
    let ended = thread::spawn(move || {
        let _guard = poisoner.lock().unwrap();
        panic!("with the lock");
    })
    .join();
    println!("joined {} poisoned {}", ended.is_err(), lock.is_poisoned());
    let overflow = std::panic::catch_unwind(|| {
        let zero = std::env::args().count() - 1;
        1 / zero
    });
    println!("division {}", overflow.is_err());
    let _ = std::panic::take_hook();
}

fn files() -> std::io::Result<()> {
    fs::create_dir_all("deep/er")?;
    let mut file = fs::File::options().read(true).write(true).create(true).open("deep/er/file")?;
    for line in 0..100 {
        writeln!(file, "line {line}")?;
    }
    file.seek(SeekFrom::Start(5))?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    println!("file {} {}", text.len(), BufReader::new(text.as_bytes()).lines().count());
    fs::copy("deep/er/file", "deep/copy")?;
    fs::rename("deep/copy", "deep/moved")?;
    std::os::unix::fs::symlink("moved", "deep/link")?;
    let mut names: Vec<_> = fs::read_dir("deep")?
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    println!("{names:?} {:?} {}", fs::read_link("deep/link")?, fs::metadata("deep/link")?.len());
    println!("missing: {}", fs::read("deep/nothing").unwrap_err());
    fs::remove_dir_all("deep")?;
    println!("gone {}", fs::metadata("deep").is_err());
    Ok(())
}

fn network() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || {
        for stream in listener.incoming().take(3) {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            stream.write_all(line.to_uppercase().as_bytes()).unwrap();
        }
    });
    for n in 0..3 {
        let mut stream = TcpStream::connect(address)?;
        writeln!(stream, "message {n}")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        print!("{answer}");
    }
    server.join().unwrap();
    let (mut a, mut b) = UnixStream::pair()?;
    a.write_all(b"pair")?;
    drop(a);
    let mut got = String::new();
    b.read_to_string(&mut got)?;
    println!("{got}");
    Ok(())
}

fn children() -> std::io::Result<()> {
    println!("status {:?}", Command::new("/bin/busybox").args(["sh", "-c", "exit 3"]).status()?.code());
    let output = Command::new("/bin/busybox")
        .args(["sh", "-c", "echo out $WORD; echo err >&2"])
        .env_clear()
        .env("WORD", "given")
        .output()?;
    println!("{:?} {:?}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let mut child = Command::new("/bin/busybox")
        .args(["tr", "a-z", "A-Z"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    child.stdin.take().unwrap().write_all(b"through a pipe\n")?;
    print!("{}", String::from_utf8_lossy(&child.wait_with_output()?.stdout));
    let mut sleeper = Command::new("/bin/busybox").args(["sleep", "1000"]).spawn()?;
    println!("running {}", sleeper.try_wait()?.is_none());
    sleeper.kill()?;
    println!("{}", sleeper.wait()?);
    println!("{}", Command::new("/bin/no such program").spawn().unwrap_err());
    Ok(())
}

fn main() {
    threads();
    waiting();
    panics();
    files().unwrap();
    network().unwrap();
    children().unwrap();
    std::process::exit(5);
}
