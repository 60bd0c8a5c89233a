//! A server that knows the truth by the name, waits before it answers, and loses packets.

use std::{
    collections::VecDeque,
    net::{SocketAddr, UdpSocket},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::world::{Truth, truth};

/// Header of a message.
const HEADER: usize = 12;

/// A running server.
pub(super) struct Responder {
    pub(super) addr: SocketAddr,
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// Answers that wait until they are due, in order.
#[derive(Default)]
struct Held {
    queue: Mutex<VecDeque<(Instant, Vec<u8>, SocketAddr)>>,
    more: Condvar,
}

impl Responder {
    /// Every question waits `delay` for its answer; of a hundred packets, half of `loss_percent` are lost
    /// on the way there and half on the way back.
    pub(super) fn start(delay: Duration, loss_percent: u32) -> Self {
        let socket = UdpSocket::bind(super::loopback(0)).unwrap();
        let addr = socket.local_addr().unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let is_over = Arc::new(AtomicBool::new(false));
        let held = Arc::new(Held::default());
        let mut threads = Vec::new();
        if !delay.is_zero() {
            let (socket, is_over, held) =
                (socket.try_clone().unwrap(), Arc::clone(&is_over), Arc::clone(&held));
            threads.push(thread::spawn(move || send_when_due(&socket, &held, &is_over)));
        }
        threads.push(thread::spawn({
            let is_over = Arc::clone(&is_over);
            move || serve(&socket, delay, loss_percent, &held, &is_over)
        }));
        Self { addr, is_over, threads }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().ok();
        }
    }
}

fn serve(
    socket: &UdpSocket,
    delay: Duration,
    loss_percent: u32,
    held: &Held,
    is_over: &AtomicBool,
) {
    let mut bytes = [0; 1500];
    let mut dice = 1_u64;
    while !is_over.load(Ordering::Relaxed) {
        let Ok((n, from)) = socket.recv_from(&mut bytes) else { continue };
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        // What is lost there or back is lost for who asks, all the same.
        if dice % 1000 < u64::from(loss_percent) * 10 {
            continue;
        }
        let Some(answer) = answer(&bytes[..n]) else { continue };
        if delay.is_zero() {
            socket.send_to(&answer, from).ok();
        } else {
            held.queue.lock().unwrap().push_back((Instant::now() + delay, answer, from));
            held.more.notify_one();
        }
    }
}

fn send_when_due(socket: &UdpSocket, held: &Held, is_over: &AtomicBool) {
    let mut queue = held.queue.lock().unwrap();
    while !is_over.load(Ordering::Relaxed) {
        let now = Instant::now();
        let wait = match queue.front() {
            Some((due, ..)) if *due <= now => {
                let (_, answer, to) = queue.pop_front().unwrap();
                drop(queue);
                socket.send_to(&answer, to).ok();
                queue = held.queue.lock().unwrap();
                continue;
            }
            Some((due, ..)) => *due - now,
            None => Duration::from_millis(50),
        };
        queue = held.more.wait_timeout(queue, wait).unwrap().0;
    }
}

/// The answer to a question: its addresses, the name it leads to, or that there is none.
fn answer(question: &[u8]) -> Option<Vec<u8>> {
    let name = name(question.get(HEADER..)?)?;
    let end = HEADER + name.len() + 2;
    let is_address = question.get(end..end + 4)? == [0, 1, 0, 1];
    let mut answer = question[..end + 4].to_vec();
    answer[2..HEADER].copy_from_slice(&[0x85, 0x80, 0, 1, 0, 0, 0, 0, 0, 0]);
    let mut records = 0;
    let mut record = |answer: &mut Vec<u8>, owner: [u8; 2], kind: u8, data: &[u8]| {
        answer.extend(owner);
        answer.extend([0, kind, 0, 1, 0, 0, 1, 44, 0, data.len() as u8]);
        answer.extend(data);
        records += 1;
    };
    match truth(&name.to_ascii_lowercase()) {
        Truth::Address(ip) if is_address => record(&mut answer, [0xc0, 12], 1, &ip.octets()),
        Truth::Leads(_, ip) => {
            // The same labels but for one letter.
            let mut target = question[HEADER..end].to_ascii_lowercase();
            target[1] = b'a';
            let at = answer.len() + 12;
            record(&mut answer, [0xc0, 12], 5, &target);
            if is_address {
                record(&mut answer, [0xc0 | (at >> 8) as u8, at as u8], 1, &ip.octets());
            }
        }
        Truth::Absent if name.starts_with(['x', 'X']) => answer[3] |= 3,
        Truth::Absent | Truth::Address(_) => {}
    }
    answer[7] = records;
    Some(answer)
}

/// The name of a question, as it was sent.
fn name(mut bytes: &[u8]) -> Option<String> {
    let mut name = String::new();
    loop {
        let (length, rest) = bytes.split_first()?;
        if *length == 0 {
            return Some(name);
        }
        let (label, rest) = rest.split_at_checked(usize::from(*length))?;
        if !name.is_empty() {
            name.push('.');
        }
        name.push_str(std::str::from_utf8(label).ok()?);
        bytes = rest;
    }
}
