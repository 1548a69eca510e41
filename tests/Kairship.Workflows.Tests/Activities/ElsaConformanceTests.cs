using System.Text.Json.Nodes;
using Kairship.Testing;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Activities;

/// <summary>Every built-in activity's descriptor against the one that an Elsa server gives: what differs is listed here, with its reason, and nothing else differs.</summary>
public sealed class ElsaConformanceTests
{
    // Elsa's that have no meaning here, each with the reason.
    private static readonly string[] NotHere =
    [
        // Code of Elsa's hosts, not drawn by anybody.
        "Elsa.FlowNode", "Elsa.Inline", "Elsa.Workflow", "Elsa.NotFoundActivity", "Elsa.Workflows.Activities.DynamicActivity",
        "Elsa.Workflows.Management.Activities.HostMethod.HostMethodActivity", "Elsa.Workflows.Management.Activities.WorkflowDefinitionActivity.WorkflowDefinitionActivity",
        // Files are streams, which no snapshot holds.
        "Elsa.DownloadHttpFile", "Elsa.WriteFileHttpResponse",
        "Elsa.StateMachine", "Kairship.DeployRelease",
    ];

    // "activity: what: Elsa's -> ours".
    private static readonly string[] Intended =
    [
        // To Elsa the start is a port; a flowchart's "start" names one of its activities, and the designer draws no handle for it.
        "Flowchart.Start: only in Elsa",
        // Ours alone: an Elsa server keeps it as a property that it does not know.
        "ParallelForEach.MaxConcurrency: only here", "Cron.TimeZone: only here",
        // Types that Elsa's own registry cannot name.
        "Fork.JoinMode: typeName: (unregistered) -> String", "FlowSwitch.Cases: typeName: (unregistered) -> Object", "FlowSwitch.Mode: typeName: (unregistered) -> String",
        "Switch.Cases: typeName: (unregistered) -> Object", "Switch.Mode: typeName: (unregistered) -> String", "SetVariable.Variable: typeName: (unregistered) -> Variable",
        "SendHttpRequest.ExpectedStatusCodes: typeName: (unregistered) -> Object", "SendHttpRequest.Url: typeName: (unregistered) -> Uri",
        "FlowSendHttpRequest.Url: typeName: (unregistered) -> Uri",
        // Headers carry keys.
        "SendHttpRequest.RequestHeaders: isSensitive: false -> true", "FlowSendHttpRequest.RequestHeaders: isSensitive: false -> true",
    ];

    private static readonly string[] Flags = ["kind", "category", "displayName", "isContainer", "isStart", "isTerminal", "isBrowsable"];
    private static readonly string[] InputFacts = ["typeName", "isWrapped", "uiHint", "category", "isSensitive", "defaultValue"];

    [Fact]
    public void Descriptors_DifferFromElsas_OnlyWhereIntended()
    {
        var ours = BuiltInActivities.Create(new ExpressionCompiler()).ToDictionary(a => a.Descriptor.TypeName, a => DescriptorJson.Write(a.Descriptor));
        var theirs = JsonNode.Parse(SharedFiles.Read("elsa", "examples", "descriptors-activities.full.json"))!;
        var list = (theirs as JsonArray ?? theirs["items"]!.AsArray()).Select(n => n!.AsObject()).ToDictionary(o => o["typeName"]!.GetValue<string>());

        list.Keys.Except(ours.Keys).Should().BeEquivalentTo(NotHere);
        ours.Keys.Except(list.Keys).Should().BeEmpty();
        var found = ours.Where(o => list.ContainsKey(o.Key)).SelectMany(o => Differences(o.Key, list[o.Key], o.Value)).ToList();
        found.Should().BeEquivalentTo(Intended, string.Join('\n', found.Except(Intended).Concat(Intended.Except(found).Select(i => "gone: " + i))));
    }

    private static IEnumerable<string> Differences(string type, JsonObject elsa, JsonObject ours)
    {
        var name = type[(type.LastIndexOf('.') + 1)..];
        foreach (var difference in Facts(elsa, ours, Flags))
        {
            yield return $"{name}: {difference}";
        }

        foreach (var list in (string[])["inputs", "outputs", "ports"])
        {
            var (left, right) = (ByName(elsa, list), ByName(ours, list));
            foreach (var item in left.Keys.Union(right.Keys))
            {
                if (!left.TryGetValue(item, out var a) || !right.TryGetValue(item, out var b))
                {
                    yield return $"{name}.{item}: {(right.ContainsKey(item) ? "only here" : "only in Elsa")}";
                    continue;
                }

                foreach (var difference in Facts(a, b, list == "inputs" ? InputFacts : ["typeName", "type"]).Concat(Options(a, b)))
                {
                    yield return $"{name}.{item}: {difference}";
                }
            }
        }
    }

    private static IEnumerable<string> Facts(JsonObject elsa, JsonObject ours, IEnumerable<string> facts) => facts
        .Select(f => (Fact: f, Elsa: Shown(f, elsa[f]), Ours: Shown(f, ours[f]))).Where(f => f.Elsa != f.Ours).Select(f => $"{f.Fact}: {f.Elsa} -> {f.Ours}");

    /// <summary>Types that Elsa's registry does not know have a CLR name there.</summary>
    private static string Shown(string fact, JsonNode? value) => value switch
    {
        null => "",
        _ when fact == "typeName" && value.ToString() is { } type && type.StartsWith("UnregisteredClrType:", StringComparison.Ordinal) => "(unregistered)",
        JsonArray or JsonObject => value.ToJsonString(),
        _ => value.ToString() is "True" or "true" ? "true" : value.ToString() is "False" or "false" ? "false" : value.ToString(),
    };

    private static IEnumerable<string> Options(JsonObject elsa, JsonObject ours)
    {
        var (a, b) = (Items(elsa["uiSpecifications"]), Items(ours["uiSpecifications"]));
        return a == b ? [] : [$"options: {a} -> {b}"];
    }

    private static string Items(JsonNode? specification)
    {
        var found = specification as JsonObject;
        while (found is not null && !found.ContainsKey("items"))
        {
            found = found.Select(p => p.Value).OfType<JsonObject>().FirstOrDefault();
        }

        return string.Join(',', (found?["items"] as JsonArray ?? []).Select(i => i!["value"]?.ToString()).Distinct());
    }

    private static Dictionary<string, JsonObject> ByName(JsonObject descriptor, string list) =>
        (descriptor[list] as JsonArray ?? []).Select(i => i!.AsObject()).ToDictionary(i => i["name"]!.GetValue<string>());
}
