using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>The ports of an activity in a definition: what is embedded in it, and the outcomes it can leave by.</summary>
internal static class ActivityPorts
{
    // Lists of activities that Elsa's descriptors do not name as ports.
    private static readonly string[] Lists = ["Activities", "Branches"];

    public static bool IsFlowchart(ActivityDescriptor descriptor) => descriptor.TypeName.Equals("Elsa.Flowchart", StringComparison.OrdinalIgnoreCase);

    /// <summary>The activities embedded, by the name of their port, in the order of the descriptor.</summary>
    public static IEnumerable<(string Port, IReadOnlyList<JsonObject> Activities)> Embedded(Compilation run, JsonObject json, string id, ActivityDescriptor descriptor)
    {
        var ports = descriptor.Ports.Where(p => p.Type == PortType.Embedded).Select(p => p.Name)
            .Concat(Lists.Where(list => !descriptor.Inputs.Any(i => i.Name.Equals(list, StringComparison.OrdinalIgnoreCase))))
            .Distinct(StringComparer.OrdinalIgnoreCase);
        foreach (var port in ports)
        {
            // A flowchart's start names one of its activities.
            if (IsFlowchart(descriptor) && port.Equals("Start", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var property = JsonNamingPolicy.CamelCase.ConvertName(port);
            if (DefinitionJson.Find(json, property) is { } value)
            {
                yield return (port, Activities(run, id, property, value));
            }
        }
    }

    /// <summary>The outcomes that connections may start from; null when a script decides them.</summary>
    public static IReadOnlyList<string>? Outcomes(
        ActivityDescriptor descriptor, IReadOnlyDictionary<string, CompiledExpression> inputs, IReadOnlyList<SwitchCase> cases)
    {
        var outcomes = new List<string>();
        var flow = descriptor.Ports.Where(p => p.Type == PortType.Flow).Select(p => p.Name).ToArray();
        if (flow.Length > 0)
        {
            outcomes.AddRange(cases.Select(c => c.Label));
        }

        outcomes.AddRange(flow);
        foreach (var input in descriptor.Inputs.Where(i => i.UIHint == "dynamic-outcomes"))
        {
            if (!inputs.TryGetValue(input.Name, out var expression))
            {
                continue;
            }

            if (expression is not ConstantExpression { Value: JsonArray names })
            {
                return null;
            }

            outcomes.AddRange(names.Select(TypedValue.Text));
            if (!FlowchartSemantics.IsFork(descriptor))
            {
                outcomes.Add("Done");
            }
        }

        if (FlowchartSemantics.SendsHttp(descriptor))
        {
            return HttpOutcomes(inputs);
        }

        return outcomes.Count == 0 ? ["Done"] : outcomes.Distinct().ToArray();
    }

    private static string[]? HttpOutcomes(IReadOnlyDictionary<string, CompiledExpression> inputs)
    {
        if (!inputs.TryGetValue("ExpectedStatusCodes", out var expected))
        {
            return ["Done", "Failed to connect", "Timeout"];
        }

        return expected is ConstantExpression constant
            ? [.. ((constant.Value as JsonArray) ?? []).Select(TypedValue.Text).Distinct(), "Unmatched status code", "Done", "Failed to connect", "Timeout"]
            : null;
    }

    private static IReadOnlyList<JsonObject> Activities(Compilation run, string id, string property, JsonNode value)
    {
        switch (value)
        {
            case JsonObject single:
                return [single];
            case JsonArray list:
                for (var i = 0; i < list.Count; i++)
                {
                    if (list[i] is not JsonObject)
                    {
                        run.Error(id, $"{property}[{i}]", ProblemCode.Shape, $"{property}[{i}] must be an activity.");
                    }
                }

                return [.. list.OfType<JsonObject>()];
            default:
                run.Error(id, property, ProblemCode.Shape, $"'{property}' must be an activity or a list of activities.");
                return [];
        }
    }
}
