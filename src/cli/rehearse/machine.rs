//! The machine: what a process costs in CPU and memory, how fast the disk makes writes durable, how many lines may be open.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::tally::Times;

/// CPU that a process has used so far, in milliseconds; `None` where the system does not tell.
pub(super) fn cpu_ms(process: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may contain anything; counting begins after it.
    let rest = stat.rsplit_once(')')?.1;
    let mut fields = rest.split_whitespace().skip(11);
    let ticks: u64 = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    // Linux counts these in hundredths of a second on every machine that we run on.
    Some(ticks * 10)
}

/// Memory of a process that is in RAM, in kB.
pub(super) fn resident_kb(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Lets this process open as many lines as it may; tells how many.
pub(in crate::cli) fn raise_open_files() -> u64 {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        // What cannot be raised stays as it is, and is told.
        let _ = setrlimit(Resource::Nofile, raised);
        getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
    }
    #[cfg(not(unix))]
    u64::MAX
}

/// How long the disk takes for one durable write of 4 KiB, asked again and again until stopped.
pub(super) struct DiskProbe {
    stop: Arc<AtomicBool>,
    asking: std::thread::JoinHandle<std::io::Result<()>>,
    times: Arc<Times>,
}

const BLOCK: usize = 4_096;
const BLOCKS: u64 = 256;

impl DiskProbe {
    /// Begins, with a file in this folder; `pause` after each write.
    pub(super) fn begin(folder: &Path, pause: Duration) -> std::io::Result<Self> {
        let mut file = File::create(folder.join("disk-probe"))?;
        // Written once before, so that only data is made durable and no new length.
        for _ in 0..BLOCKS {
            file.write_all(&[0; BLOCK])?;
        }
        file.sync_all()?;
        let (stop, times) = (Arc::new(AtomicBool::new(false)), Arc::<Times>::default());
        let (stopped, counted) = (stop.clone(), times.clone());
        let asking = std::thread::spawn(move || {
            let mut block = 0;
            while !stopped.load(Relaxed) {
                block = (block + 1) % BLOCKS;
                file.seek(SeekFrom::Start(block * BLOCK as u64))?;
                let begun = Instant::now();
                file.write_all(&[7; BLOCK])?;
                file.sync_data()?;
                counted.count(begun.elapsed());
                std::thread::sleep(pause);
            }
            Ok(())
        });
        Ok(Self { stop, asking, times })
    }

    /// Stops; gives the times.
    pub(super) fn end(self) -> Arc<Times> {
        self.stop.store(true, Relaxed);
        // A disk that failed has no times; the sheet then shows none.
        let _ = self.asking.join();
        self.times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_used_memory_and_the_disk_answers() {
        if cfg!(target_os = "linux") {
            assert!(resident_kb(std::process::id()).unwrap() > 1_000);
            assert!(cpu_ms(std::process::id()).is_some());
        }
        let folder = tempfile::tempdir().unwrap();
        let probe = DiskProbe::begin(folder.path(), Duration::ZERO).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        assert!(probe.end().number() > 0);
    }
}
