import { startStage } from '../../support/stage.js';
import { clientFrame, OPCODE } from '../../support/raw.socket.js';
it('x', async () => {
  const stage = await startStage('express');
  const flood = await stage.rawSocket({ userId: 'flood' });
  flood.socket.pause();
  const ping = clientFrame(OPCODE.ping, 'x'.repeat(125));
  const block = Buffer.alloc(ping.length * 1000, ping);
  let n = 0;
  for (let i = 0; i < 20; i++) {
    while (flood.socket.writableLength < 1<<20) { flood.write(block); n++; }
    await new Promise(r => setTimeout(r, 300));
    console.log(n * block.length, flood.socket.bytesWritten - flood.socket.writableLength, process.memoryUsage().external, flood.socket.destroyed, stage.sink.disconnecteds.length);
  }
  await stage.clear(); await stage.close();
}, 60000);
