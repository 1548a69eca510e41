using System.Reflection;
using System.Text.Json.Serialization;
using k8s.Models;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Tests.Schema;

/// <summary>Reads the fields of every served kind out of the models of KubernetesClient, in the notation of kubernetes-types.txt.</summary>
static class ClientModelTypes
{
    static readonly string[] AlsoNeeded = ["V1Scale", "V1DeleteOptions", "V1Eviction", "V1Binding"];

    public static IReadOnlyList<string> Lines()
    {
        var assembly = typeof(V1Pod).Assembly;
        var roots = assembly.GetTypes()
            .Select(t => (Type: t, Entity: t.GetCustomAttribute<KubernetesEntityAttribute>()))
            .Where(t => t.Entity is not null && !t.Type.Name.EndsWith("List", StringComparison.Ordinal))
            .Where(t => ResourceCatalog.BuiltIn.Any(r => r.Group == t.Entity!.Group && r.Version == t.Entity.ApiVersion && r.Kind == t.Entity.Kind)
                || AlsoNeeded.Contains(t.Type.Name))
            .ToList();
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var open = new Queue<Type>(roots.Select(r => r.Type));
        var kinds = roots.Where(r => ResourceCatalog.BuiltIn.Any(b => b.Kind == r.Entity!.Kind && b.Group == r.Entity.Group))
            .Select(r => $"kind {(r.Entity!.Group.Length == 0 ? "" : r.Entity.Group + "/")}{r.Entity.ApiVersion}/{r.Entity.Kind} {r.Type.Name}")
            .Order(StringComparer.Ordinal).ToList();
        while (open.TryDequeue(out var type))
        {
            if (lines.ContainsKey(type.Name))
                continue;
            var fields = type.GetProperties()
                .Select(p => (Name: p.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name, p.PropertyType))
                .Where(p => p.Name is not null)
                .OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(p => $"{p.Name}={Notation(p.PropertyType, open)}");
            lines[type.Name] = $"type {type.Name} {string.Join(' ', fields)}";
        }
        return [.. kinds, .. lines.Values];
    }

    static string Notation(Type type, Queue<Type> open)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "string";
        if (type == typeof(bool))
            return "boolean";
        if (type == typeof(int) || type == typeof(long))
            return "integer";
        if (type == typeof(double))
            return "number";
        if (type == typeof(DateTime))
            return "time";
        if (type == typeof(byte[]))
            return "bytes";
        if (type.Name == "IntOrString")
            return "intOrString";
        if (type.Name == "ResourceQuantity")
            return "quantity";
        if (type == typeof(object) || type.Name == "JsonElement" || type.Name == "V1FieldsV1")
            return "any";
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IDictionary<,>))
            return "{" + Notation(type.GetGenericArguments()[1], open) + "}";
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>))
            return "[" + Notation(type.GetGenericArguments()[0], open) + "]";
        open.Enqueue(type);
        return type.Name;
    }
}
