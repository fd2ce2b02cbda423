//! The demo's backend: `holdall-demo --port 8080 --data DIR --www DIR --package DIR [--access-seconds 5]`.

use std::error::Error;
use std::io::{self, Write};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use holdall_demo::{App, Settings, clock, router};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

mod args;

/// How long requests under way may take to end once the server was told to stop.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

#[tokio::main]
async fn main() -> ExitCode {
    match args::parse() {
        Ok(args::Command::Help) => {
            print_line(args::USAGE);
            ExitCode::SUCCESS
        }
        Ok(args::Command::Serve { port, settings }) => match serve(port, settings).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error.to_string()),
        },
        Err(error) => fail(&format!("{error}\n\n{}", args::USAGE)),
    }
}

async fn serve(port: u16, settings: Settings) -> Result<(), Box<dyn Error>> {
    let app = App::open(&settings, clock::system()).await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|error| format!("can't listen on port {port} ({error}): choose another with --port"))?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    print_line(&format!("listening on http://{}/", listener.local_addr()?));
    serve_until(listener, router(app, &settings), async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
    .await?;
    Ok(())
}

/// Serves until `stop`, then lets requests under way end. A browser holds connections open without using them, and
/// those mustn't keep the process alive: hence the limit.
async fn serve_until(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        stop.await;
        let _ = stopping.send(());
    });
    tokio::select! {
        result = server => result,
        () = async {
            let _ = stopped.await;
            tokio::time::sleep(LAST_ANSWERS).await;
        } => Ok(()),
    }
}

fn print_line(line: &str) {
    // A closed stdout is no reason to stop serving.
    let _ = writeln!(io::stdout(), "{line}");
}

fn fail(message: &str) -> ExitCode {
    let _ = writeln!(io::stderr(), "holdall-demo: {message}");
    ExitCode::FAILURE
}
