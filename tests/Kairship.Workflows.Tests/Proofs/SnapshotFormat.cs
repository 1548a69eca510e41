using System.Reflection;
using System.Text.Json.Serialization;
using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Tests.Proofs;

/// <summary>The format of snapshots as lines: "Type.name Type" for each property, "Enum.Member = number" for each member of an enum, since those are written as numbers.</summary>
internal static class SnapshotFormat
{
    public static IReadOnlyList<string> Lines()
    {
        var open = new Stack<Type>([typeof(InstanceState)]);
        var seen = new HashSet<Type>();
        var lines = new List<string>();
        while (open.TryPop(out var type))
        {
            if (type.IsEnum && seen.Add(type))
            {
                lines.AddRange(Enum.GetNames(type).Select(name => $"{type.Name}.{name} = {(int)Enum.Parse(type, name)}"));
            }
            else if (type.Assembly == typeof(InstanceState).Assembly && seen.Add(type))
            {
                foreach (var property in type.GetProperties().Where(p => p.GetCustomAttribute<JsonIgnoreAttribute>() is null && p.GetMethod is { IsStatic: false } && p.Name != "EqualityContract"))
                {
                    lines.Add($"{type.Name}.{property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? property.Name} {Name(property.PropertyType)}");
                    Parts(property.PropertyType).ToList().ForEach(open.Push);
                }
            }
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<Type> Parts(Type type) => type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts) : [type];

    private static string Name(Type type) => type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
}
