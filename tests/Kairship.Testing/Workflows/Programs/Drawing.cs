using System.Text.Json.Nodes;

namespace Kairship.Testing.Workflows.Programs;

/// <summary>The definition of a program. Activities that only hold it together have ids that no piece has.</summary>
public static class Drawing
{
    public static string Definition(Block program, string definitionId = "program") => Def.Workflow(definitionId, Activity(program), ("n", "Int32", "0"));

    private static JsonObject Activity(Block block) => block switch
    {
        Block.Effect e => Def.Effect(e.Id, ("value", Def.Js($"{(e.InLoop ? "getCurrentValue()" : "0")} + 1000 * {(e.Local is { } local ? $"getVariable('{local}')" : "0")}"))),
        Block.Wait e => Def.Event(e.Id, e.Id),
        Block.Pause e => Def.Delay(e.Id, "00:00:10"),
        Block.Count e => Def.SetVariable(e.Id, "n", "getN() + 1"),
        Block.Bump e => Raise(e.Id, e.Local),
        Block.Series e => With(Def.Sequence(e.Id, [.. e.Parts.Select(Activity)]), e.Local),
        Block.Both { Kind: BothKind.Parallel } e => Def.Activity("Elsa.Parallel", e.Id, ("activities", Activities(e.Parts))),
        Block.Both e => Def.Activity("Elsa.Fork", e.Id, ("branches", Activities(e.Parts))),
        Block.Choice e => Def.Activity("Elsa.If", e.Id, ("condition", Def.Js(Condition(e.InLoop, e.Otherwise), "Boolean")), ("then", Activity(e.Then)), ("else", e.Else is null ? null : Activity(e.Else))),
        Block.Each { Kind: EachKind.For } e => Def.Activity("Elsa.For", e.Id, ("start", Def.Literal("0", "Int32")), ("end", Def.Literal($"{e.Items.Count}", "Int32")),
            ("outerBoundInclusive", Def.Literal("false", "Boolean")), ("body", Activity(e.Body))),
        Block.Each e => Def.Activity($"Elsa.{e.Kind}", e.Id, ("items", Def.Js($"[{string.Join(',', e.Items)}]")), ("body", Activity(e.Body))),
        Block.Rounds e => Def.Activity("Elsa.While", e.Id, ("condition", Def.Js($"getVariable('{e.Local}') < {e.Times}", "Boolean")), ("body", Def.Sequence($"{e.Id}-round", Activity(e.Body), Raise($"{e.Id}-next", e.Local)))),
        Block.BreakAt e => Def.Activity("Elsa.If", e.Id, ("condition", Def.Js($"getCurrentValue() === {e.Value}", "Boolean")), ("then", Def.Activity("Elsa.Break", $"{e.Id}-break"))),
        Block.Chart e => With(Chart(e), e.Local),
        _ => throw new InvalidOperationException(block.GetType().Name),
    };

    private static string Condition(bool inLoop, bool otherwise) => inLoop ? "getCurrentValue() % 2 === 0" : otherwise ? "true" : "false";

    private static JsonArray Activities(IEnumerable<Block> parts) => new([.. parts.Select(Activity)]);

    private static JsonObject Raise(string id, string variable) => Def.SetVariable(id, variable, $"getVariable('{variable}') + 1");

    private static JsonObject With(JsonObject container, string variable)
    {
        container["variables"] = new JsonArray(Def.Variable(variable, "Int32", "0"));
        return container;
    }

    private static JsonObject Chart(Block.Chart chart)
    {
        var activities = new List<JsonObject>();
        var connections = new List<string>();
        var (first, _) = Place(chart.Root, activities, connections);
        var drawn = Def.Flowchart(chart.Id, [.. activities], [.. connections]);
        drawn["start"] = first;
        return drawn;
    }

    /// <summary>Returns where it is entered and how it is left ("activity" or "activity.Port").</summary>
    private static (string In, string Out) Place(Flow flow, List<JsonObject> activities, List<string> connections)
    {
        switch (flow)
        {
            case Flow.Node node:
                activities.Add(Activity(node.Block));
                return (node.Block.Id, node.Block.Id);
            case Flow.Then then:
                var (first, second) = (Place(then.First, activities, connections), Place(then.Second, activities, connections));
                connections.Add($"{first.Out} -> {second.In}");
                return (first.In, second.Out);
            case Flow.Split split:
                return Fan(Def.Fork($"{split.Id}-fork", "L", "R"), "L", "R", Meeting(split.Id, split.Join), split.Left, split.Right, activities, connections);
            case Flow.Decide decide:
                return Fan(Def.Decision($"{decide.Id}-if", Condition(decide.InLoop, decide.Otherwise)), "True", "False", Meeting(decide.Id, null), decide.Left, decide.Right, activities, connections);
            default:
                var loop = (Flow.Loop)flow;
                var body = Place(loop.Body, activities, connections);
                activities.AddRange([Raise(loop.Id, loop.Local), Def.Decision($"{loop.Id}-again", $"getVariable('{loop.Local}') < {loop.Times}")]);
                connections.AddRange([$"{body.Out} -> {loop.Id}", $"{loop.Id} -> {loop.Id}-again", $"{loop.Id}-again.True -> {body.In}"]);
                return (body.In, $"{loop.Id}-again.False");
        }
    }

    private static JsonObject Meeting(string id, string? mode) => mode is null ? Def.SetVariable(id, "n", "getN()") : Def.Join(id, mode);

    private static (string In, string Out) Fan(
        JsonObject split, string leftPort, string rightPort, JsonObject meeting, Flow left, Flow right, List<JsonObject> activities, List<string> connections)
    {
        var (from, to) = (split["id"]!.GetValue<string>(), meeting["id"]!.GetValue<string>());
        activities.Add(split);
        var (l, r) = (Place(left, activities, connections), Place(right, activities, connections));
        activities.Add(meeting);
        connections.AddRange([$"{from}.{leftPort} -> {l.In}", $"{from}.{rightPort} -> {r.In}", $"{l.Out} -> {to}", $"{r.Out} -> {to}"]);
        return (from, to);
    }
}
