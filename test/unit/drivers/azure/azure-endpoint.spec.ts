import { isAzureEndpoint } from '../../../../lib/drivers/azure/azure-endpoint.js';

describe('isAzureEndpoint', () => {
  it.each([
    ['https://demo.webpubsub.azure.com', true],
    ['https://demo.webpubsub.azure.com/', true],
    ['demo.webpubsub.azure.com', true],
    ['HTTPS://DEMO.WebPubSub.Azure.COM:443', true],
    ['https://demo.webpubsub.azure.com.', true],
    ['https://demo.webpubsub.azure.us', true],
    ['https://demo.webpubsub.azure.cn', true],
    ['https://webpubsub.azure.com', false],
    ['https://demo.webpubsub.azure.com.evil.example', false],
    ['https://evil.example/demo.webpubsub.azure.com', false],
    ['https://demo.webpubsub.azure.com@evil.example', false],
    ['https://demowebpubsub.azure.com', false],
    ['http://localhost:8080', false],
    ['', false],
    ['not a url', false],
  ])('%s: %s', (endpoint, expected) => {
    expect(isAzureEndpoint(endpoint)).toBe(expected);
  });
});
