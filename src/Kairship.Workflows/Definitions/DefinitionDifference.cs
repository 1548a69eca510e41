using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kairship.Workflows.Definitions;

/// <summary>An activity that both versions have, and what is different.</summary>
/// <param name="Properties">Names, sorted. Never values: they may be secrets.</param>
public sealed record ChangedActivity(string Id, string Type, IReadOnlyList<string> Properties);

/// <summary>Something that is declared or used, by name.</summary>
public sealed record NamedActivity(string Id, string Type);

/// <summary>Names that came, went or stayed with another content.</summary>
public sealed record ChangedNames(IReadOnlyList<string> Added, IReadOnlyList<string> Removed, IReadOnlyList<string> Changed)
{
    public bool IsEmpty => Added.Count + Removed.Count + Changed.Count == 0;

    internal static ChangedNames Between(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) => new(
        [.. after.Keys.Where(name => !before.ContainsKey(name)).Order(StringComparer.Ordinal)],
        [.. before.Keys.Where(name => !after.ContainsKey(name)).Order(StringComparer.Ordinal)],
        [.. after.Where(p => before.TryGetValue(p.Key, out var old) && old != p.Value).Select(p => p.Key).Order(StringComparer.Ordinal)]);
}

/// <summary>
/// What one version of a definition changes of another, told by names only. What a save changes by itself, where nodes stand on the canvas and the order of lists and names make no difference.
/// </summary>
/// <param name="Properties">Of the definition itself: "name", "options" ...</param>
public sealed record DefinitionDifference(
    IReadOnlyList<NamedActivity> Added, IReadOnlyList<NamedActivity> Removed, IReadOnlyList<ChangedActivity> Changed, IReadOnlyList<string> ConnectionsAdded,
    IReadOnlyList<string> ConnectionsRemoved, ChangedNames Variables, ChangedNames Inputs, ChangedNames Outputs, IReadOnlyList<string> Properties)
{
    /// <summary>Characters of <see cref="ToString"/>.</summary>
    public const int MaxText = 3000;

    private static readonly HashSet<string> NotOfDefinition =
        ["id", "definitionId", "version", "createdAt", "isLatest", "isPublished", "toolVersion", "links", "root", "variables", "inputs", "outputs"];

    private static readonly HashSet<string> NotOfActivity = ["id", "nodeId", "type", "connections"];

    public bool IsEmpty =>
        Added.Count + Removed.Count + Changed.Count + ConnectionsAdded.Count + ConnectionsRemoved.Count + Properties.Count == 0 && Variables.IsEmpty && Inputs.IsEmpty && Outputs.IsEmpty;

    /// <param name="before">Null: there was nothing.</param>
    public static DefinitionDifference Between(WorkflowDefinition? before, WorkflowDefinition after)
    {
        var (old, now) = (Flat.Of(before?.Json), Flat.Of(after.Json));
        var stayed = now.Activities.Keys.Where(old.Activities.ContainsKey).Order(StringComparer.Ordinal).ToList();
        return new DefinitionDifference(
            [.. now.Activities.Where(p => !IsSame(old, p)).Select(p => new NamedActivity(p.Key, p.Value.Type)).OrderBy(a => a.Id, StringComparer.Ordinal)],
            [.. old.Activities.Where(p => !IsSame(now, p)).Select(p => new NamedActivity(p.Key, p.Value.Type)).OrderBy(a => a.Id, StringComparer.Ordinal)],
            [.. stayed.Where(id => IsSame(old, new(id, now.Activities[id])))
                .Select(id => new ChangedActivity(id, now.Activities[id].Type, Names(old.Activities[id].Properties, now.Activities[id].Properties))).Where(c => c.Properties.Count > 0)],
            [.. now.Connections.Except(old.Connections).Order(StringComparer.Ordinal)],
            [.. old.Connections.Except(now.Connections).Order(StringComparer.Ordinal)],
            ChangedNames.Between(old.Variables, now.Variables), ChangedNames.Between(old.Inputs, now.Inputs), ChangedNames.Between(old.Outputs, now.Outputs),
            before is null ? [] : Names(old.Properties, now.Properties));
    }

    /// <summary>On one line, at most <see cref="MaxText"/> characters: "+soak (Elsa.Delay); ~gate (approvers, timeout); -old (Elsa.Event); connections +2 -1; variables +Attempt".</summary>
    public override string ToString()
    {
        if (IsEmpty)
        {
            return "nothing that it does";
        }

        var text = new StringBuilder();
        foreach (var part in Parts())
        {
            var separator = text.Length == 0 ? "" : "; ";
            if (text.Length + separator.Length + part.Length > MaxText - 5)
            {
                return text.Append(separator).Append("...").ToString();
            }

            text.Append(separator).Append(part);
        }

        return text.ToString();
    }

    private IEnumerable<string> Parts() =>
        Added.Select(a => $"+{Short(a.Id)} ({Short(a.Type)})")
            .Concat(Removed.Select(a => $"-{Short(a.Id)} ({Short(a.Type)})"))
            .Concat(Changed.Select(c => $"~{Short(c.Id)} ({string.Join(", ", c.Properties.Take(10).Select(Short))}{(c.Properties.Count > 10 ? ", ..." : "")})"))
            .Concat(ConnectionsAdded.Count + ConnectionsRemoved.Count == 0 ? [] : [$"connections +{ConnectionsAdded.Count} -{ConnectionsRemoved.Count}"])
            .Concat(Told("variables", Variables)).Concat(Told("inputs", Inputs)).Concat(Told("outputs", Outputs))
            .Concat(Properties.Count == 0 ? [] : [$"changed: {string.Join(", ", Properties.Take(20).Select(Short))}"]);

    private static IEnumerable<string> Told(string what, ChangedNames names) => names.IsEmpty
        ? []
        : [$"{what} {string.Join(" ", names.Added.Select(n => "+" + Short(n)).Concat(names.Removed.Select(n => "-" + Short(n))).Concat(names.Changed.Select(n => "~" + Short(n))).Take(30))}"];

    private static string Short(string text) => text.Length <= 60 ? text : text[..57] + "...";

    /// <summary>The same activity: an id that another type has now is one that went and one that came.</summary>
    private static bool IsSame(Flat other, KeyValuePair<string, FlatActivity> activity) =>
        other.Activities.TryGetValue(activity.Key, out var there) && string.Equals(there.Type, activity.Value.Type, StringComparison.OrdinalIgnoreCase);

    private static IReadOnlyList<string> Names(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
        [.. before.Keys.Union(after.Keys, StringComparer.Ordinal).Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name)).Order(StringComparer.Ordinal)];

    private sealed record FlatActivity(string Type, IReadOnlyDictionary<string, string> Properties);

    /// <summary>A definition without its nesting: each thing by its name, with its content in canonical form.</summary>
    private sealed record Flat(
        IReadOnlyDictionary<string, FlatActivity> Activities, IReadOnlySet<string> Connections, IReadOnlyDictionary<string, string> Variables, IReadOnlyDictionary<string, string> Inputs,
        IReadOnlyDictionary<string, string> Outputs, IReadOnlyDictionary<string, string> Properties)
    {
        public static Flat Of(JsonObject? definition)
        {
            var activities = new Dictionary<string, FlatActivity>(StringComparer.Ordinal);
            var connections = new HashSet<string>(StringComparer.Ordinal);
            var open = new Stack<(string Parent, string Port, JsonObject Activity)>();
            if (definition?["root"] is JsonObject root)
            {
                open.Push(("", "", root));
            }

            while (open.TryPop(out var at))
            {
                var id = DefinitionJson.Text(at.Activity["id"]) ?? "";
                var nested = DefinitionJson.Children(at.Activity).ToList();
                var properties = Content(at.Activity, nested);
                if (at.Parent.Length > 0)
                {
                    properties["(place)"] = $"{at.Parent}/{at.Port}";
                }

                activities.TryAdd(id, new FlatActivity(DefinitionJson.Text(at.Activity["type"]) ?? "", properties));
                connections.UnionWith((at.Activity["connections"] as JsonArray ?? []).OfType<JsonObject>().Select(c => $"{End(c, "source")} -> {End(c, "target")}"));
                nested.ForEach(child => open.Push((id, child.Property, child.Activity)));
            }

            return new Flat(
                activities, connections, Named(definition, "variables"), Named(definition, "inputs"), Named(definition, "outputs"),
                (definition ?? []).Where(p => !NotOfDefinition.Contains(p.Key)).Select(p => (p.Key, Value: Said(p.Value))).Where(p => p.Value is not null)
                    .ToDictionary(p => p.Key, p => DefinitionJson.Hash(Wrapped(p.Value))));
        }

        private static Dictionary<string, string> Content(JsonObject activity, IReadOnlyList<(string Property, JsonObject Activity)> nested)
        {
            var embedded = nested.Select(n => n.Property).ToHashSet(StringComparer.Ordinal);
            var properties = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, value) in activity)
            {
                if (value is not null && !NotOfActivity.Contains(name) && !embedded.Contains(name))
                {
                    var told = name switch { "metadata" => Said(WithoutCanvas(value)), "customProperties" or "variables" or "activities" => Said(value), _ => value };
                    if (told is not null)
                    {
                        properties[name] = DefinitionJson.Hash(Wrapped(told));
                    }
                }
            }

            return properties;
        }

        private static JsonNode WithoutCanvas(JsonNode metadata)
        {
            var copy = metadata.DeepClone();
            (copy as JsonObject)?.Remove("designer");
            return copy;
        }

        /// <summary>Without what says nothing and designers fill in: nulls, false flags, empty lists and objects. Null when nothing is left. Not for inputs: there false is a value.</summary>
        private static JsonNode? Said(JsonNode? node) => node switch
        {
            JsonObject o => o.Select(p => new KeyValuePair<string, JsonNode?>(p.Key, Said(p.Value))).Where(p => p.Value is not null).ToList() is { Count: > 0 } said ? new JsonObject(said) : null,
            JsonArray { Count: 0 } => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.False => null,
            _ => node?.DeepClone(),
        };

        /// <summary>Deep enough that nothing of it counts as a definition's own marks.</summary>
        private static JsonObject Wrapped(JsonNode? value) => new() { ["_"] = new JsonObject { ["_"] = value?.DeepClone() } };

        private static string End(JsonObject connection, string name) =>
            connection[name] is JsonObject end ? $"{DefinitionJson.Text(end["activity"])}:{DefinitionJson.Text(end["port"])}" : "";

        private static Dictionary<string, string> Named(JsonObject? definition, string list)
        {
            var named = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var item in (definition?[list] as JsonArray ?? []).OfType<JsonObject>())
            {
                named.TryAdd(DefinitionJson.Text(item["name"]) ?? "", DefinitionJson.Hash(Wrapped(item)));
            }

            return named;
        }
    }
}
