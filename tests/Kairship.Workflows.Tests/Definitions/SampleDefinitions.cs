namespace Kairship.Workflows.Tests.Definitions;

internal static class SampleDefinitions
{
    /// <summary>A release as the designer saves it: a decision, a deployment, a soak, an approval.</summary>
    public const string Release = """
        {
          "model": {
            "definitionId": "soak-release", "name": "Soak release", "description": "Deploys, soaks, asks", "toolVersion": null,
            "variables": [{ "id": "v1", "name": "Attempt", "typeName": "Int32", "isArray": false, "value": "0", "storageDriverTypeName": null }],
            "inputs": [{ "uiHint": "single-line", "type": "String", "isArray": false, "name": "Release", "displayName": "Release", "category": "Primitives" }],
            "outputs": [{ "type": "String", "isArray": false, "name": "Outcome", "displayName": "Outcome" }],
            "outcomes": ["Done"], "customProperties": {}, "isReadonly": false, "options": { "activationStrategyType": null, "autoUpdateConsumingWorkflows": false },
            "root": {
              "id": "root1", "nodeId": "Workflow1:root1", "type": "Elsa.Flowchart", "version": 1,
              "customProperties": { "notFoundConnections": [], "canStartWorkflow": false }, "metadata": {},
              "activities": [
                { "id": "a1", "nodeId": "Workflow1:root1:a1", "name": "Announce", "type": "Elsa.WriteLine", "version": 1, "customProperties": {},
                  "metadata": { "designer": { "position": { "x": 0, "y": 100 }, "size": { "width": 166.328125, "height": 54 } }, "displayText": "Announce" },
                  "text": { "typeName": "String", "expression": { "type": "JavaScript", "value": "`Release ${getInput('Release')}`" } } },
                { "id": "a2", "nodeId": "Workflow1:root1:a2", "name": "SetAttempt", "type": "Elsa.SetVariable", "version": 1, "customProperties": {}, "metadata": {},
                  "variable": { "id": "v1", "name": "Attempt", "typeName": "Int32" },
                  "value": { "typeName": "Object", "expression": { "type": "Literal", "value": "1" } } },
                { "id": "a3", "nodeId": "Workflow1:root1:a3", "name": "Check", "type": "Elsa.FlowDecision", "version": 1, "customProperties": {}, "metadata": {},
                  "condition": { "typeName": "Boolean", "expression": { "type": "JavaScript", "value": "getAttempt() > 0" } } },
                { "id": "a4", "nodeId": "Workflow1:root1:a4", "name": "Deploy", "type": "Kairship.DeployRelease", "version": 1, "customProperties": {}, "metadata": {},
                  "cluster": { "typeName": "String", "expression": { "type": "Literal", "value": "us-1" } },
                  "replicas": { "typeName": "Int32", "expression": { "type": "Literal", "value": "7" }, "memoryReference": null },
                  "labels": null, "revision": null, "result": { "typeName": "String", "memoryReference": { "id": "v1" } } },
                { "id": "a5", "nodeId": "Workflow1:root1:a5", "name": "Soak", "type": "Elsa.Delay", "version": 1, "customProperties": {}, "metadata": {},
                  "timeSpan": { "typeName": "TimeSpan", "expression": { "type": "Literal", "value": "00:00:03" } } },
                { "id": "a6", "nodeId": "Workflow1:root1:a6", "name": "Approve", "type": "Elsa.Event", "version": 1, "customProperties": {}, "metadata": {},
                  "eventName": { "typeName": "String", "expression": { "type": "Literal", "value": "approve" } }, "result": null },
                { "id": "a7", "nodeId": "Workflow1:root1:a7", "name": "End", "type": "Elsa.WriteLine", "version": 1, "customProperties": {}, "metadata": {},
                  "text": { "typeName": "String", "expression": { "type": "JavaScript", "value": "`done ${variables.Attempt}`" } } }
              ],
              "variables": [],
              "connections": [
                { "source": { "activity": "a1", "port": "Done" }, "target": { "activity": "a2", "port": "In" }, "vertices": [] },
                { "source": { "activity": "a2", "port": "Done" }, "target": { "activity": "a3", "port": "In" }, "vertices": [] },
                { "source": { "activity": "a3", "port": "True" }, "target": { "activity": "a4", "port": "In" }, "vertices": [] },
                { "source": { "activity": "a3", "port": "False" }, "target": { "activity": "a7", "port": "In" }, "vertices": [{ "x": 600, "y": 200 }] },
                { "source": { "activity": "a4", "port": "Succeeded" }, "target": { "activity": "a5", "port": "In" }, "vertices": [] },
                { "source": { "activity": "a5", "port": "Done" }, "target": { "activity": "a6", "port": "In" }, "vertices": [] },
                { "source": { "activity": "a6", "port": "Done" }, "target": { "activity": "a7", "port": "In" }, "vertices": [] }
              ]
            },
            "links": null, "createdAt": "2026-11-22T21:36:48.227249+00:00", "version": 1, "isLatest": true, "isPublished": false, "id": "61da35f2fd3ed11e"
          },
          "publish": true
        }
        """;

    /// <summary>Every kind of embedding: containers, loops, both switches, forks, a script, an activity that is not known here kept inside its stand-in.</summary>
    public const string Containers = """
        {
          "definitionId": "containers", "variables": [{ "id": "v1", "name": "Items", "typeName": "String", "isArray": true, "value": "[\"a\"]" }],
          "root": { "type": "Elsa.Sequence", "id": "root", "variables": [{ "id": "v2", "name": "Inner", "typeName": "Object" }], "activities": [
            { "type": "Elsa.ForEach", "id": "each", "items": { "typeName": "List<Object>", "expression": { "type": "Variable", "value": { "id": "v1", "name": "Items" } } },
              "currentValue": { "memoryReference": { "id": "v2" } },
              "body": { "type": "Elsa.If", "id": "if", "condition": { "typeName": "Boolean", "expression": { "type": "JavaScript", "value": "getCurrentIndex() > 0" } },
                "then": { "type": "Elsa.SetVariable", "id": "set", "variable": { "id": "v2", "name": "Inner" }, "value": { "expression": { "type": "Object", "value": "[1]" } } },
                "else": null } },
            { "type": "Elsa.Switch", "id": "switch", "cases": [{ "label": "A", "condition": { "type": "JavaScript", "value": "true" }, "activity": { "type": "Elsa.End", "id": "end" } }],
              "default": { "type": "Elsa.WriteLine", "id": "line", "text": { "expression": { "type": "Literal", "value": "x" } } } },
            { "type": "Elsa.Flowchart", "id": "flow", "start": "s", "activities": [
                { "type": "Elsa.FlowSwitch", "id": "s", "cases": [{ "label": "B", "condition": { "type": "JavaScript", "value": "getInner() === 1" } }] },
                { "type": "Elsa.FlowFork", "id": "fork", "branches": { "expression": { "type": "Object", "value": "[\"X\",\"Y\"]" } } },
                { "type": "Elsa.FlowJoin", "id": "join", "mode": { "expression": { "type": "Literal", "value": "WaitAll" } } },
                { "type": "Elsa.RunJavaScript", "id": "script", "script": { "expression": { "type": "JavaScript", "value": "setInner(1)" } } } ],
              "connections": [
                { "source": { "activity": "s", "port": "B" }, "target": { "activity": "fork", "port": "In" } },
                { "source": { "activity": "s", "port": "Default" }, "target": { "activity": "script", "port": "In" } },
                { "source": { "activity": "fork", "port": "X" }, "target": { "activity": "join" } },
                { "source": { "activity": "fork", "port": "Y" }, "target": { "activity": "join" } } ] },
            { "type": "Elsa.NotFoundActivity", "id": "gone", "missingTypeName": "Elsa.WriteLine", "originalActivityJson": "{\"type\":\"Elsa.WriteLine\",\"id\":\"gone\"}" } ] }
        }
        """;
}
