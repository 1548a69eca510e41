using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Kairship.Workflows.Activities;

/// <summary>All activity types that this process can run, by type name (case-insensitive as in Elsa), and the versions of workflows that are used as activities. The types do not change after construction.</summary>
public sealed class ActivityRegistry
{
    private readonly ConcurrentDictionary<string, Activity?> workflows = new();
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

    /// <summary>A workflow used as an activity, by the id of its version. Null: that version is not usable as one.</summary>
    internal bool TryGetWorkflow(string versionId, out Activity? activity) => workflows.TryGetValue(versionId, out activity);

    /// <summary>Versions never change: what is added stays.</summary>
    internal Activity? AddWorkflow(string versionId, Activity? activity) => workflows.GetOrAdd(versionId, activity);

    public bool TryGet(string typeName, [NotNullWhen(true)] out Activity? activity) => byType.TryGetValue(typeName, out activity);
}
