import { WebPubSubModule } from 'nestjs-web-pubsub';
import { AzureDriver } from '../../../lib/drivers/azure/azure.driver.js';
import { DRIVER } from '../../../lib/drivers/driver.token.js';
import { CHECKS } from '../../../lib/verify/checks.js';
