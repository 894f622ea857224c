import { createServer } from 'node:http';

/**
 * Tells the runner where a server is, and answers how much memory it uses.
 *
 * @param {{ port: number, path: string, frameBytes: (payload: number) => number, subscribe: object, authorization?: string }} description
 */
export function announce(description) {
  const control = createServer((_request, response) => {
    global.gc?.();
    response.end(String(process.memoryUsage().rss));
  });
  control.listen(0, '127.0.0.1', () => {
    const { port: controlPort } = control.address();
    process.stdout.write(`${JSON.stringify({ ...description, controlPort })}\n`);
  });
}
