// The rows of authentication: flows, executions, their settings, required actions.
import assert from 'node:assert/strict';

import { names, refusal } from './story.mjs';

export function authenticationManagement({ kc }) {
  const api = kc.authenticationManagement;
  let flowId;
  let executionId;
  let subFlow;
  let configId;
  const executions = () => api.getExecutions({ flow: 'ours' });
  const order = async () => (await executions()).filter(({ level }) => level === 0).map(({ id }) => id);
  const priorities = async () => (await api.getRequiredActions()).map(({ alias }) => alias);
  return [
    ['getFlows', 'the built-in ones', 'Flow[]', async () => {
      const found = await api.getFlows();
      assert.ok(names(found, 'alias').includes('browser'));
      return found;
    }],
    ['createFlow', 'found by its id; a second one is refused', 'Id', async () => {
      const flow = { alias: 'mine', description: 'Mine', providerId: 'basic-flow', topLevel: true, builtIn: false };
      const made = await api.createFlow(flow);
      flowId = made.id;
      assert.equal((await api.getFlow({ flowId })).alias, 'mine');
      assert.equal((await refusal(api.createFlow(flow))).status, 409);
      return made;
    }],
    ['getFlow', 'the same one', 'Flow', () => api.getFlow({ flowId })],
    ['updateFlow', 'the changed description', 'nothing', async () => {
      const answer = await api.updateFlow({ flowId }, { ...(await api.getFlow({ flowId })), description: 'Changed' });
      assert.equal((await api.getFlow({ flowId })).description, 'Changed');
      return answer;
    }],
    ['deleteFlow', 'not among the flows', 'nothing', async () => {
      const answer = await api.deleteFlow({ flowId });
      assert.ok(!names(await api.getFlows(), 'alias').includes('mine'));
      return answer;
    }],
    ['copyFlow', 'has the steps of its model, and is not built in', 'nothing', async () => {
      const answer = await api.copyFlow({ flow: 'browser', newName: 'ours' });
      const copy = (await api.getFlows()).find(({ alias }) => alias === 'ours');
      flowId = copy.id;
      assert.equal(copy.builtIn, false);
      assert.deepEqual((await executions()).map(({ providerId }) => providerId), (await api.getExecutions({ flow: 'browser' })).map(({ providerId }) => providerId));
      return typeof answer === 'object' ? undefined : answer;
    }],
    ['getExecutions', 'begins with the cookie', 'Execution[]', async () => {
      const found = await executions();
      assert.equal(found[0].providerId, 'auth-cookie');
      return found;
    }],
    ['updateExecution', 'the changed requirement', 'nothing', async () => {
      const [first] = await executions();
      const answer = await api.updateExecution({ flow: 'ours' }, { ...first, requirement: 'DISABLED' });
      assert.equal((await executions())[0].requirement, 'DISABLED');
      return answer;
    }],
    ['addExecution', 'refused, as by Keycloak: there is no such operation', 'refused', async () =>
      assert.equal((await refusal(api.addExecution({ flow: 'ours' }, {}))).status >= 404, true)],
    ['addExecutionToFlow', 'the last step; a built-in flow is not changed', 'Id', async () => {
      const made = await api.addExecutionToFlow({ flow: 'ours', provider: 'identity-provider-redirector' });
      executionId = made.id;
      assert.equal((await order()).at(-1), executionId);
      assert.equal((await refusal(api.addExecutionToFlow({ flow: 'browser', provider: 'auth-cookie' }))).status, 400);
      return made;
    }],
    ['addFlowToFlow', 'the last step, a flow of its own', 'Id', async () => {
      const made = await api.addFlowToFlow({ flow: 'ours', alias: 'inner', type: 'basic-flow', provider: 'registration-page-form', description: 'Inner' });
      subFlow = (await executions()).find(({ displayName }) => displayName === 'inner');
      assert.equal(subFlow.authenticationFlow, true);
      return made;
    }],
    ['raisePriorityExecution', 'before the other one', 'nothing', async () => {
      const answer = await api.raisePriorityExecution({ id: subFlow.id });
      assert.deepEqual((await order()).slice(-2), [subFlow.id, executionId]);
      return answer;
    }],
    ['lowerPriorityExecution', 'after it again', 'nothing', async () => {
      const answer = await api.lowerPriorityExecution({ id: subFlow.id });
      assert.deepEqual((await order()).slice(-2), [executionId, subFlow.id]);
      return answer;
    }],
    ['createConfig', 'named by the step', 'Id', async () => {
      const made = await api.createConfig({ id: executionId, alias: 'to-up', config: { defaultProvider: 'up' } });
      configId = made.id;
      assert.equal((await executions()).find(({ id }) => id === executionId).authenticationConfig, configId);
      return made;
    }],
    ['getConfig', 'what was set', 'AuthenticatorConfig', async () => {
      const config = await api.getConfig({ id: configId });
      assert.deepEqual(config.config, { defaultProvider: 'up' });
      return config;
    }],
    ['updateConfig', 'the changed setting', 'nothing', async () => {
      const answer = await api.updateConfig({ id: configId, alias: 'to-up', config: { defaultProvider: 'other' } });
      assert.deepEqual((await api.getConfig({ id: configId })).config, { defaultProvider: 'other' });
      return answer;
    }],
    ['getConfigDescription', 'what the step can be told', 'ConfigDescription', async () => {
      const found = await api.getConfigDescription({ providerId: 'identity-provider-redirector' });
      assert.deepEqual(names(found.properties), ['defaultProvider']);
      return found;
    }],
    ['delConfig', 'gone', 'nothing', async () => {
      const answer = await api.delConfig({ id: configId });
      assert.equal((await refusal(api.getConfig({ id: configId }))).status, 404);
      return answer;
    }],
    ['delExecution', 'not among the steps', 'nothing', async () => {
      const answer = await api.delExecution({ id: executionId });
      assert.ok(!names(await executions(), 'id').includes(executionId));
      await api.deleteFlow({ flowId });
      return answer;
    }],
    ['getAuthenticatorProviders', 'the password form among them', 'Provider[]', async () => {
      const found = await api.getAuthenticatorProviders();
      assert.ok(names(found, 'id').includes('auth-username-password-form'));
      return found;
    }],
    ['getClientAuthenticatorProviders', 'the client secret among them', 'Provider[]', async () => {
      const found = await api.getClientAuthenticatorProviders();
      assert.ok(names(found, 'id').includes('client-secret'));
      return found;
    }],
    ['getFormProviders', 'the registration page', 'Provider[]', async () => {
      const found = await api.getFormProviders();
      assert.ok(names(found, 'id').includes('registration-page-form'));
      return found;
    }],
    ['getFormActionProviders', 'the password of the registration page', 'Provider[]', async () => {
      const found = await api.getFormActionProviders();
      assert.ok(names(found, 'id').includes('registration-password-action'));
      return found;
    }],
    ['getRequiredActions', 'the password among them', 'RequiredAction[]', async () => {
      const found = await api.getRequiredActions();
      assert.ok(names(found, 'alias').includes('UPDATE_PASSWORD'));
      return found;
    }],
    ['getRequiredActionForAlias', 'refused for one that is not there', 'RequiredAction', async () => {
      assert.equal(await api.getRequiredActionForAlias({ alias: 'NOTHING' }), null);
      return api.getRequiredActionForAlias({ alias: 'TERMS_AND_CONDITIONS' });
    }],
    ['updateRequiredAction', 'switched on', 'nothing', async () => {
      const terms = await api.getRequiredActionForAlias({ alias: 'TERMS_AND_CONDITIONS' });
      const answer = await api.updateRequiredAction({ alias: 'TERMS_AND_CONDITIONS' }, { ...terms, enabled: true });
      assert.equal((await api.getRequiredActionForAlias({ alias: 'TERMS_AND_CONDITIONS' })).enabled, true);
      await api.updateRequiredAction({ alias: 'TERMS_AND_CONDITIONS' }, terms);
      return answer;
    }],
    ['raiseRequiredActionPriority', 'one place earlier', 'nothing', async () => {
      const before = await priorities();
      const answer = await api.raiseRequiredActionPriority({ alias: before[2] });
      assert.deepEqual((await priorities()).slice(1, 3), [before[2], before[1]]);
      return answer;
    }],
    ['lowerRequiredActionPriority', 'where it was', 'nothing', async () => {
      const before = await priorities();
      const answer = await api.lowerRequiredActionPriority({ alias: before[1] });
      assert.deepEqual((await priorities()).slice(1, 3), [before[2], before[1]]);
      return answer;
    }],
    ['deleteRequiredAction', 'not among the actions', 'nothing', async () => {
      const answer = await api.deleteRequiredAction({ alias: 'delete_account' });
      assert.ok(!(await priorities()).includes('delete_account'));
      return answer;
    }],
    ['getUnregisteredRequiredActions', 'the one that was removed', 'Unregistered[]', async () => {
      const found = await api.getUnregisteredRequiredActions();
      assert.ok(names(found, 'providerId').includes('delete_account'));
      return found;
    }],
    ['registerRequiredAction', 'among the actions again', 'nothing', async () => {
      const answer = await api.registerRequiredAction({ providerId: 'delete_account', name: 'Delete Account' });
      assert.ok((await priorities()).includes('delete_account'));
      return answer;
    }],
    ['getRequiredActionConfigDescription', 'how old a sign-in may be', 'Properties', async () => {
      const found = await api.getRequiredActionConfigDescription({ alias: 'UPDATE_PASSWORD' });
      assert.deepEqual(names(found.properties), ['max_auth_age']);
      return found;
    }],
    ['updateRequiredActionConfig', 'what was set; refused for an action without settings', 'nothing', async () => {
      const answer = await api.updateRequiredActionConfig({ alias: 'UPDATE_PASSWORD' }, { config: { max_auth_age: '120' } });
      assert.deepEqual((await api.getRequiredActionConfig({ alias: 'UPDATE_PASSWORD' })).config, { max_auth_age: '120' });
      assert.equal((await refusal(api.updateRequiredActionConfig({ alias: 'delete_account' }, { config: {} }))).status, 400);
      return answer;
    }],
    ['getRequiredActionConfig', 'also in the action', 'RequiredActionConfig', async () => {
      assert.deepEqual((await api.getRequiredActionForAlias({ alias: 'UPDATE_PASSWORD' })).config, { max_auth_age: '120' });
      return api.getRequiredActionConfig({ alias: 'UPDATE_PASSWORD' });
    }],
    ['removeRequiredActionConfig', 'nothing is set', 'nothing', async () => {
      const answer = await api.removeRequiredActionConfig({ alias: 'UPDATE_PASSWORD' });
      assert.deepEqual((await api.getRequiredActionConfig({ alias: 'UPDATE_PASSWORD' })).config, {});
      return answer;
    }],
  ];
}
