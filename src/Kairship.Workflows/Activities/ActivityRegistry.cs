using System.Diagnostics.CodeAnalysis;

namespace Kairship.Workflows.Activities;

/// <summary>All activity types that this process can run, by type name (case-insensitive as in Elsa). Immutable after construction.</summary>
public sealed class ActivityRegistry
{
    private readonly Dictionary<string, Activity> byType = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="ArgumentException">Two activities have one type name.</exception>
    public ActivityRegistry(IEnumerable<Activity> activities)
    {
        foreach (var activity in activities)
        {
            byType.Add(activity.Descriptor.TypeName, activity);
        }
    }

    public IReadOnlyCollection<Activity> Activities => byType.Values;

    public bool TryGet(string typeName, [NotNullWhen(true)] out Activity? activity) => byType.TryGetValue(typeName, out activity);
}
