//! The machine: cores, a process's time and memory.

use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    time::{ClockId, clock_getcpuclockid, clock_gettime},
    unistd::Pid,
};

/// Where what is measured runs.
pub const SERVER: usize = 0;
/// Where the load runs.
pub const LOAD: usize = 1;

/// Pins the calling thread, and whatever it starts from now on. With one core everything shares it.
pub fn pin(core: usize) {
    let mut cores = CpuSet::new();
    let there = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let count = there.lines().filter(|line| line.starts_with("processor")).count().max(1);
    cores.set(core % count).unwrap();
    sched_setaffinity(Pid::from_raw(0), &cores).unwrap();
}

/// Whether a process may run nowhere but on this core.
pub fn is_pinned(process: u32, core: usize) -> bool {
    let Ok(cores) = sched_getaffinity(Pid::from_raw(process as i32)) else { return false };
    let allowed = |core: usize| cores.is_set(core).unwrap_or(false);
    (0..CpuSet::count()).filter(|at| allowed(*at)).eq([core])
}

/// Nanoseconds since some moment that all processes share.
pub fn clock_ns() -> i64 {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC).unwrap();
    now.tv_sec() * 1_000_000_000 + now.tv_nsec()
}

/// Nanoseconds of processor time a process has used, threads that ended included.
pub fn cpu_ns(process: u32) -> u64 {
    let clock = clock_getcpuclockid(Pid::from_raw(process as i32)).unwrap();
    let used = clock_gettime(clock).unwrap();
    (used.tv_sec() * 1_000_000_000 + used.tv_nsec()) as u64
}

/// The process that started this one.
pub fn parent(process: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// A process and its children that are alive, such as a database and its backends.
fn family(process: u32) -> impl Iterator<Item = u32> {
    let folders = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let children = folders.filter_map(move |entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        (parent(id)? == process).then_some(id)
    });
    children.chain([process])
}

/// What [`cpu_ns`] says of a process and its children.
pub fn family_cpu_ns(process: u32) -> u64 {
    let own = |id: u32| {
        let clock = clock_getcpuclockid(Pid::from_raw(id as i32)).ok()?;
        let used = clock_gettime(clock).ok()?;
        Some((used.tv_sec() * 1_000_000_000 + used.tv_nsec()) as u64)
    };
    family(process).filter_map(own).sum()
}

/// What [`memory`] says of a process and its children: what they share, such as a database's buffers, is not in it.
pub fn family_memory(process: u32) -> u64 {
    family(process).map(memory).sum()
}

/// Whether a process of this machine goes by this name.
pub fn is_named(process: u32, name: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|own| own.trim() == name)
}

/// Bytes of memory that are the process's own (no files, no shared pages).
pub fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// The processor's name, its cores, the kernel.
pub fn described() -> String {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let name =
        info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("", |at| at.1);
    let cores = info.lines().filter(|line| line.starts_with("processor")).count();
    format!("{cores} × {name}, Linux {}", read("/proc/sys/kernel/osrelease").trim())
}
