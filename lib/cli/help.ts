const overview = `Usage: web-pubsub <command> [options]

Azure Web PubSub on this machine: the REST API and the WebSocket endpoint, for any hub name.

Commands:
  serve      run the service
  token      print a URL that a WebSocket client can connect with
  verify     check that a service does what Web PubSub does

Options:
  -h, --help     show this text, or that of a command
  -v, --version  show the version`;

const serve = `Usage: web-pubsub serve [options]

Runs the service until it is told to stop, and prints its connection string.

Options:                            Environment:              Default:
  --port N         port, 0 = free   WEB_PUBSUB_PORT           8080
  --host H         address          WEB_PUBSUB_HOST           127.0.0.1
  --access-key K   key to sign with WEB_PUBSUB_ACCESS_KEY     a new one for each start
  --config FILE    JSON with options of WebPubSubModule.forRoot
                                    WEB_PUBSUB_CONFIG
  -h, --help       show this text

The command line wins over the environment, and the environment over the file.
SIGTERM and SIGINT close every client with 1001 and end the process with 0.`;

const token = `Usage: web-pubsub token --hub NAME [options]

Prints a client URL: open it with any WebSocket tool. Nothing is sent to the service.

Options:                            Environment:              Default:
  --connection-string S             WEB_PUBSUB_CONNECTION_STRING
                   as printed by serve; or the next two
  --endpoint URL   of the service   WEB_PUBSUB_ENDPOINT       http://127.0.0.1:8080
  --access-key K   key to sign with WEB_PUBSUB_ACCESS_KEY
  --hub NAME       hub to connect to
  --user ID        user to connect as                         anonymous
  --role R         may be repeated, for example webpubsub.sendToGroup
  --group G        group to be in from the start; may be repeated
  --minutes N      life of the token                          60
  -h, --help       show this text`;

const verify = `Usage: web-pubsub verify [options]

Checks a service over HTTP and WebSocket, and prints what it does as it should and what not: this
package, the service in Azure, or any other with the same REST API.

Options:                            Environment:              Default:
  --connection-string S             WEB_PUBSUB_CONNECTION_STRING
                   of the service
  --hub NAME       hub to use; what reaches everybody in a hub is then left out
                                                              a new one for each run
  --read-only      only what connects no client and changes nothing
  -h, --help       show this text

Exits 0 when nothing failed. What the service says it does not have is "refused", and no failure.`;

/** What `--help` prints. */
export const HELP = { overview, serve, token, verify } as const;
