//! A sweep as a Slurm array, on a cluster of one node that this test starts: one job is killed and submitted again, and the merged
//! sweep has the bytes of one process. Skipped, with a message, where there is no Slurm or no right to start it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rotor_tests::{demo, files_of, rotor, run_rotor};
use tempfile::TempDir;

const SWEEP: &str = "[axes]\n\"heat.direction\" = [\"reversal\", \"momentum\"]\n\"momentum.lookback\" = [3, 6, 9, 12]\n\
                     top = { from = 2, to = 17 }\nmin_factors = [1, 2]\nweights = [\"equal\", \"rank\"]\n\
                     ties = [\"percentile\", \"fractional\"]\nfactors = [[\"heat\", \"momentum\"]]\n";
const N_SHARDS: usize = 4;

/// The daemons of a cluster of one node; they end with the value.
struct Cluster {
    folder: TempDir,
    daemons: Vec<Child>,
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for daemon in self.daemons.iter_mut().rev() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// A port that nobody listens at now.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Cluster {
    /// Starts munge and Slurm in a folder of their own.
    fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        let host = String::from_utf8(Command::new("hostname").arg("-s").output().unwrap().stdout).unwrap();
        let host = host.trim();
        fs::write(at("munge.key"), [7_u8; 1024]).unwrap();
        let quiet = |command: &mut Command, log: &str| -> Child {
            let log = fs::File::create(at(log)).unwrap();
            command.stdout(log.try_clone().unwrap()).stderr(log).stdin(Stdio::null()).spawn().unwrap()
        };
        let mut munge = Command::new("munged");
        munge.args(["--foreground", "--force", "--num-threads=1", "--key-file"]).arg(at("munge.key"));
        munge.arg("--socket").arg(at("munge.socket")).arg("--pid-file").arg(at("munge.pid"));
        munge.arg("--seed-file").arg(at("munge.seed")).arg("--log-file").arg(at("munge.log"));
        let munge = quiet(&mut munge, "munge.out");
        for below in ["state", "spool"] {
            fs::create_dir(at(below)).unwrap();
        }
        let settings = [
            format!("ClusterName=test\nSlurmctldHost={host}(127.0.0.1)\nSlurmUser=root\nSlurmdUser=root"),
            format!("SlurmctldPort={}\nSlurmdPort={}", free_port(), free_port()),
            format!("AuthType=auth/munge\nAuthInfo=socket={}", at("munge.socket").display()),
            "CryptoType=crypto/munge\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none".into(),
            "JobAcctGatherType=jobacct_gather/none\nAccountingStorageType=accounting_storage/none".into(),
            "SelectType=select/cons_tres\nSelectTypeParameters=CR_Core\nReturnToService=2\nMpiDefault=none"
                .into(),
            "SchedulerParameters=sched_interval=1\nSwitchType=switch/none".into(),
            format!("StateSaveLocation={}\nSlurmdSpoolDir={}", at("state").display(), at("spool").display()),
            format!("SlurmctldPidFile={}\nSlurmdPidFile={}", at("ctld.pid").display(), at("d.pid").display()),
            format!(
                "NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=2000\nPartitionName=p Nodes=ALL Default=YES State=UP\n"
            ),
        ];
        fs::write(at("slurm.conf"), settings.join("\n")).unwrap();
        let mut cluster = Self { folder, daemons: vec![munge] };
        cluster.wait(|cluster| cluster.at("munge.socket").exists());
        for (daemon, log) in [("slurmctld", "ctld.log"), ("slurmd", "d.log")] {
            let mut command = Command::new(daemon);
            command.arg("-D").arg("-f").arg(cluster.at("slurm.conf"));
            let log = fs::File::create(cluster.at(log)).unwrap();
            let child =
                command.stdout(log.try_clone().unwrap()).stderr(log).stdin(Stdio::null()).spawn().unwrap();
            cluster.daemons.push(child);
        }
        cluster.wait(|cluster| cluster.run("sinfo", &["-h", "-o", "%t"]).stdout.starts_with(b"idle"));
        cluster
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Waits until something is so.
    fn wait(&self, is_so: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        while !is_so(self) {
            let logs: Vec<String> = ["munge.out", "ctld.log", "d.log"]
                .iter()
                .filter_map(|log| fs::read_to_string(self.at(log)).ok())
                .collect();
            assert!(
                start.elapsed() < Duration::from_secs(90),
                "the cluster does not come up\n{}",
                logs.join("\n")
            );
            sleep(Duration::from_millis(100));
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Output {
        Command::new(program).args(arguments).env("SLURM_CONF", self.at("slurm.conf")).output().unwrap()
    }

    /// Submits shards of a plan as an array, as the documentation does, and returns the number of the job.
    fn submit(&self, folder: &Path, array: &str) -> String {
        let rotor = rotor().get_program().to_str().unwrap().to_owned();
        let command = format!(
            "{rotor} sweep run {folder}/plan.json --shard $SLURM_ARRAY_TASK_ID/{N_SHARDS} --out {folder} --dataset {demo} --threads 1",
            folder = folder.display(),
            demo = demo().display(),
        );
        let output = format!("{}/%A-%a.out", self.folder.path().display());
        let submitted =
            self.run("sbatch", &["--parsable", "--array", array, "--output", &output, "--wrap", &command]);
        assert!(submitted.status.success(), "{}", String::from_utf8_lossy(&submitted.stderr));
        String::from_utf8(submitted.stdout).unwrap().trim().to_owned()
    }

    /// Waits until a job has ended.
    fn end(&self, job: &str) {
        self.wait(|cluster| {
            cluster.run("squeue", &["-h", "-j", job]).stdout.iter().all(u8::is_ascii_whitespace)
        });
    }
}

/// Why there can be no cluster here.
fn why_not() -> Option<String> {
    let has = |program: &&str| Command::new(program).arg("--version").output().is_ok();
    if let Some(missing) = ["munged", "slurmctld", "slurmd", "sbatch"].iter().find(|program| !has(program)) {
        return Some(format!(
            "there is no {missing} (Debian: `apt install slurmctld slurmd slurm-client munge`)"
        ));
    }
    let user = Command::new("id").arg("-u").output().ok()?;
    (user.stdout.trim_ascii() != b"0").then(|| "only root may start it".into())
}

#[test]
fn an_array_with_a_killed_job_gives_the_bytes_of_one_process() {
    if let Some(reason) = why_not() {
        println!("skipped: no Slurm: {reason}");
        return;
    }
    let cluster = Cluster::start();
    let (whole, folder, spec) = (cluster.at("whole"), cluster.at("sweep"), cluster.at("sweep.toml"));
    fs::write(&spec, SWEEP).unwrap();
    let demo = demo();
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (spec, demo) = (text(&spec), text(&demo));
    let done = |arguments: &[&str]| {
        let (code, stdout, stderr) = run_rotor(arguments);
        assert_eq!(code, 0, "{stdout}{stderr}");
    };
    done(&["sweep", "run", &spec, "--out", &text(&whole), "--dataset", &demo, "--no-ledger"]);
    done(&["sweep", "plan", &spec, "--out", &text(&folder), "--dataset", &demo]);
    // Held back, so that the kill comes before it can have ended.
    let job = cluster.submit(&folder, &format!("0-{}%1", N_SHARDS - 1));
    cluster.wait(|cluster| !cluster.run("squeue", &["-h", "-t", "R", "-j", &job]).stdout.is_empty());
    let killed = cluster.run("scancel", &["--signal=KILL", "--full", &format!("{job}_0")]);
    assert!(killed.status.success(), "{}", String::from_utf8_lossy(&killed.stderr));
    cluster.end(&job);
    let merge = [
        "sweep",
        "merge",
        &text(&folder),
        "--dataset",
        &demo,
        "--no-ledger",
        "--shards",
        &N_SHARDS.to_string(),
    ];
    let (code, _, stderr) = run_rotor(&merge);
    assert!(code != 0, "the kill came too late to be one");
    assert!(stderr.contains("missing: 0\n"), "{stderr}");
    let again = cluster.submit(&folder, "0");
    cluster.end(&again);
    done(&merge);
    assert_eq!(files_of(&whole), files_of(&folder));
    println!("a Slurm array of {N_SHARDS} with one job killed: the bytes of one process");
}
