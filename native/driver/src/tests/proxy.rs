//! A proxy that forwards everything, but hangs up instead of forwarding the answer to one word.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::settings::Settings;
use crate::target::{Address, Target};

pub struct Proxy {
    /// The URL of the server through the proxy.
    pub url: String,
}

impl Proxy {
    /// Runs until the test's runtime ends.
    pub async fn to(url: &str, word: &'static str) -> Self {
        let Address::Mysql(options) = Target::parse(url, &Settings::default()).unwrap().address().clone() else { panic!("{url}") };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = format!("{}:{}", options.get_host(), options.get_port());
        let url = url.replacen(&server, &format!("127.0.0.1:{port}"), 1);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, TcpStream::connect(server.clone()).await.unwrap(), word));
            }
        });
        Self { url }
    }
}

async fn pass(mut client: TcpStream, mut server: TcpStream, word: &str) {
    let (mut asked, mut told) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(1..) = read else { return };
                let asked = &asked[..read.unwrap_or(0)];
                server.write_all(asked).await.unwrap();
                if asked.windows(word.len()).any(|window| window == word.as_bytes()) {
                    // The server has received the statement, but its answer is lost.
                    let _ = server.read(&mut told).await;
                    return;
                }
            }
            read = server.read(&mut told) => {
                let Ok(1..) = read else { return };
                client.write_all(&told[..read.unwrap_or(0)]).await.unwrap();
            }
        }
    }
}
