using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Apply;

/// <summary>Who owns fields. Two writes by one name are one manager only when operation, version and subresource agree too.</summary>
internal sealed record FieldManager(string Name, string Operation, string ApiVersion, string? Subresource)
{
    public const string Apply = "Apply";
    public const string Update = "Update";

    public bool Applies => Operation == Apply;

    /// <summary>As conflict messages name it.</summary>
    public override string ToString()
    {
        var name = Subresource is null ? $"\"{Name}\"" : $"\"{Name}\" with subresource \"{Subresource}\"";
        return Applies ? name : $"{name} using {ApiVersion}";
    }
}

/// <summary>The managers of one object and what each owns: the content of <c>metadata.managedFields</c>.</summary>
internal sealed class ManagedFields
{
    sealed record Entry(FieldSet Set, string? Time);

    readonly Dictionary<FieldManager, Entry> _entries = [];

    public bool IsEmpty => _entries.Count == 0;

    public IEnumerable<FieldManager> Managers => _entries.Keys;

    public FieldSet? this[FieldManager manager] => _entries.GetValueOrDefault(manager)?.Set;

    public FieldSet All => _entries.Values.Aggregate(new FieldSet(), (all, e) => all.Union(e.Set));

    /// <summary>Sets what a manager owns; nothing left removes it. The time stays when the set is the same and <paramref name="now"/> is null.</summary>
    public void Set(FieldManager manager, FieldSet set, string? now = null)
    {
        if (set.IsEmpty)
            _entries.Remove(manager);
        else
            _entries[manager] = new Entry(set, now ?? _entries.GetValueOrDefault(manager)?.Time);
    }

    public bool SameAs(ManagedFields other) =>
        _entries.Count == other._entries.Count && _entries.All(e => other[e.Key] is { } set && set.SameAs(e.Value.Set));

    public static ManagedFields Read(JsonObject obj)
    {
        var managed = new ManagedFields();
        if (obj["metadata"]?["managedFields"] is not JsonArray entries)
            return managed;
        foreach (var entry in entries.OfType<JsonObject>())
        {
            if (JsonTree.Text(entry["operation"]) is not { } operation || entry["fieldsV1"] is not JsonObject fields)
                continue;
            var manager = new FieldManager(
                JsonTree.Text(entry["manager"]) ?? "", operation, JsonTree.Text(entry["apiVersion"]) ?? "", JsonTree.Text(entry["subresource"]));
            managed._entries[manager] = new Entry(FieldSet.FromJson(fields), JsonTree.Text(entry["time"]));
        }
        return managed;
    }

    public void Write(JsonObject obj)
    {
        var meta = JsonTree.Child(obj, "metadata");
        meta.Remove("managedFields");
        if (_entries.Count == 0)
            return;
        var entries = new JsonArray();
        foreach (var (manager, entry) in _entries.OrderBy(e => e.Key.Applies ? 0 : 1).ThenBy(e => e.Value.Time).ThenBy(e => e.Key.Name, StringComparer.Ordinal))
        {
            var json = new JsonObject { ["manager"] = manager.Name, ["operation"] = manager.Operation, ["apiVersion"] = manager.ApiVersion };
            if (entry.Time is not null)
                json["time"] = entry.Time;
            json["fieldsType"] = "FieldsV1";
            json["fieldsV1"] = entry.Set.ToJson();
            if (manager.Subresource is not null)
                json["subresource"] = manager.Subresource;
            entries.Add(json);
        }
        meta["managedFields"] = entries;
    }
}
