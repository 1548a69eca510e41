namespace Kairship.Server.Tests;

/// <summary>Small definitions that need no cluster.</summary>
internal static class SampleWorkflows
{
    /// <summary>Waits for an event that nobody sends.</summary>
    public static string Waiting { get; } = Flowchart("waiting", """{"id": "wait", "type": "Elsa.Event", "eventName": {"typeName": "String", "expression": {"type": "Literal", "value": "never"}}}""");

    public static string Faulting { get; } = Flowchart("faulting", """{"id": "boom", "type": "Elsa.Fault", "message": {"typeName": "String", "expression": {"type": "Literal", "value": "the sky fell"}}}""");

    public static string Finishing { get; } = Flowchart("finishing", """{"id": "say", "type": "Elsa.WriteLine", "text": {"typeName": "String", "expression": {"type": "Literal", "value": "done"}}}""");

    /// <summary>Two seconds, then a fault.</summary>
    public static string Delayed { get; } = Flowchart(
        "delayed",
        """
        {"id": "rest", "type": "Elsa.Delay", "timeSpan": {"typeName": "TimeSpan", "expression": {"type": "Literal", "value": "00:00:02"}}},
        {"id": "boom", "type": "Elsa.Fault", "message": {"typeName": "String", "expression": {"type": "Literal", "value": "after a while"}}}
        """).Replace("\"connections\": []", """
        "connections": [{"source": {"activity": "rest", "port": "Done"}, "target": {"activity": "boom", "port": "In"}}]
        """, StringComparison.Ordinal);

    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["waiting"] = Waiting, ["faulting"] = Faulting, ["finishing"] = Finishing, ["delayed"] = Delayed, ["rollback"] = Flowchart("rollback", Activity("wait-forever")), ["canary"] = Flowchart("canary", Activity("wait-canary")),
    };

    public static string Flowchart(string definitionId, string activity) => $$"""
        {
          "definitionId": "{{definitionId}}", "name": "{{definitionId}}",
          "inputs": [{"type": "String", "name": "Release"}, {"type": "String", "name": "Application"}],
          "root": {"id": "flow", "type": "Elsa.Flowchart", "version": 1, "activities": [{{activity}}], "connections": []}
        }
        """;

    private static string Activity(string id) =>
        $$$$"""{"id": "{{{{id}}}}", "type": "Elsa.Event", "eventName": {"typeName": "String", "expression": {"type": "Literal", "value": "{{{{id}}}}"}}}""";
}
