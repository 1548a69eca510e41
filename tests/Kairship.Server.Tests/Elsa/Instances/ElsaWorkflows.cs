namespace Kairship.Server.Tests.Elsa.Instances;

/// <summary>Definitions with something to see.</summary>
internal static class ElsaWorkflows
{
    public const string Secret = "hunter2-is-my-password";

    /// <summary>Says something, takes a secret along, then waits for "approve", then faults when it is told to.</summary>
    public const string Approved = """
        {"definitionId": "approved", "name": "Approved", "customProperties": {"kairship:sensitive": ["Key"]},
         "inputs": [{"type": "String", "name": "Who"}, {"type": "String", "name": "Key"}, {"type": "Boolean", "name": "Fails"}],
         "variables": [{"id": "v1", "name": "Attempt", "typeName": "Int32", "value": "0"}, {"id": "v2", "name": "Key", "typeName": "String"}, {"id": "v3", "name": "Note", "typeName": "String"}],
         "root": {"id": "root1", "type": "Elsa.Sequence", "version": 1, "activities": [
           {"id": "a1", "name": "Greet", "type": "Elsa.WriteLine", "version": 1, "text": {"typeName": "String", "expression": {"type": "JavaScript", "value": "`Hello ${getInput('Who')} with ${getInput('Key')}`"}}},
           {"id": "a2", "type": "Elsa.SetVariable", "version": 1, "variable": {"id": "v2", "name": "Key", "typeName": "String"}, "value": {"typeName": "Object", "expression": {"type": "JavaScript", "value": "getInput('Key')"}}},
           {"id": "a3", "name": "Approve", "type": "Elsa.Event", "version": 1, "eventName": {"typeName": "String", "expression": {"type": "JavaScript", "value": "'approve-' + getInput('Who')"}}},
           {"id": "a4", "type": "Elsa.If", "version": 1, "condition": {"typeName": "Boolean", "expression": {"type": "JavaScript", "value": "getInput('Fails') === true"}},
            "then": {"id": "a5", "type": "Elsa.Fault", "version": 1, "message": {"typeName": "String", "expression": {"type": "JavaScript", "value": "'no luck with ' + getKey()"}}}}]}}
        """;

    public const string Tasked = """
        {"definitionId": "tasked", "name": "Tasked", "root": {"id": "root1", "type": "Elsa.Sequence", "version": 1, "activities": [
           {"id": "ask", "type": "Elsa.RunTask", "version": 1, "taskName": {"typeName": "String", "expression": {"type": "Literal", "value": "count"}}}]}}
        """;

    /// <summary>One of each kind for the tab TEST.</summary>
    public const string Tested = """
        {"definitionId": "tested", "name": "Tested", "customProperties": {"kairship:sensitive": ["Key"]},
         "variables": [{"id": "v1", "name": "Base", "typeName": "Int32", "value": "41"}, {"id": "v2", "name": "Key", "typeName": "String", "value": "hunter2-is-my-password"}],
         "root": {"id": "root1", "type": "Elsa.Flowchart", "version": 1, "connections": [], "activities": [
           {"id": "say", "type": "Elsa.WriteLine", "version": 1, "text": {"typeName": "String", "expression": {"type": "JavaScript", "value": "`${getBase() + 1} and ${getKey()}`"}}},
           {"id": "bad", "type": "Elsa.WriteLine", "version": 1, "text": {"typeName": "String", "expression": {"type": "JavaScript", "value": "JSON.parse('{')"}}},
           {"id": "decide", "type": "Elsa.FlowDecision", "version": 1, "condition": {"typeName": "Boolean", "expression": {"type": "JavaScript", "value": "getBase() > 40"}}},
           {"id": "soon", "type": "Elsa.Delay", "version": 1, "timeSpan": {"typeName": "TimeSpan", "expression": {"type": "Literal", "value": "00:00:00.2000000"}}},
           {"id": "late", "type": "Elsa.Delay", "version": 1, "timeSpan": {"typeName": "TimeSpan", "expression": {"type": "Literal", "value": "01:00:00"}}},
           {"id": "event", "type": "Elsa.Event", "version": 1, "eventName": {"typeName": "String", "expression": {"type": "Literal", "value": "e"}}},
           {"id": "task", "type": "Elsa.RunTask", "version": 1, "taskName": {"typeName": "String", "expression": {"type": "Literal", "value": "count"}}},
           {"id": "publish", "type": "Elsa.PublishEvent", "version": 1, "eventName": {"typeName": "String", "expression": {"type": "Literal", "value": "e"}}},
           {"id": "plan", "type": "Kairship.PlanRelease", "version": 1, "release": {"typeName": "String", "expression": {"type": "Literal", "value": "shop-1"}}},
           {"id": "start", "type": "Kairship.StartRelease", "version": 1, "application": {"typeName": "String", "expression": {"type": "Literal", "value": "shop"}}, "revision": {"typeName": "String", "expression": {"type": "Literal", "value": "v1"}}},
           {"id": "send", "type": "Elsa.SendHttpRequest", "version": 1, "url": {"typeName": "Uri", "expression": {"type": "Literal", "value": "http://nowhere.invalid/"}}, "method": {"typeName": "String", "expression": {"type": "Literal", "value": "GET"}}},
           {"id": "loop", "type": "Elsa.Sequence", "version": 1, "variables": [{"id": "v9", "name": "Inner", "typeName": "Int32", "value": "7"}], "activities": [
             {"id": "inner", "type": "Elsa.WriteLine", "version": 1, "text": {"typeName": "String", "expression": {"type": "JavaScript", "value": "'inner ' + getInner()"}}}]}]}}
        """;
}
