using System.Globalization;
using System.Text.Json.Nodes;

namespace Kairship.Fleet.Watching;

/// <summary>One object as a watch keeps it: its identity, its version and its bytes. A parsed tree would take several times the memory.</summary>
public sealed class WatchedObject
{
    private readonly byte[] _json;

    internal WatchedObject(string? ns, string name, string resourceVersion, byte[] json) =>
        (Namespace, Name, ResourceVersion, _json) = (ns, name, resourceVersion, json);

    public string? Namespace { get; }

    public string Name { get; }

    public string ResourceVersion { get; }

    /// <summary>UTF-8, without metadata.managedFields.</summary>
    public ReadOnlyMemory<byte> Json => _json;

    internal string Key => KeyOf(Namespace, Name);

    public JsonObject Parse() => (JsonObject)JsonNode.Parse(_json)!;

    public override string ToString() => $"{Key}@{ResourceVersion}";

    internal static string KeyOf(string? ns, string name) => string.IsNullOrEmpty(ns) ? $"/{name}" : $"{ns}/{name}";

    /// <summary>
    /// Resource versions of API servers on etcd are numbers that grow with every change, of one kind at least; null: another server's, of which only
    /// equality is known.
    /// </summary>
    internal static ulong? Order(string? resourceVersion) =>
        ulong.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
