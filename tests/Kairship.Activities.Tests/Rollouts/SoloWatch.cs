using System.Collections.Concurrent;
using Kairship.Simulator;
using Kairship.Simulator.Objects;

namespace Kairship.Activities.Tests.Rollouts;

/// <summary>Sees every revision of every cluster: in which of them there are pods of a namespace whose containers run or may, those that are ending among them.</summary>
internal sealed class SoloWatch : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, HashSet<string>> _running = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _doubled = new();
    private readonly List<IDisposable> _subscriptions = [];

    public SoloWatch(IEnumerable<SimulatedCluster> clusters, string ns)
    {
        foreach (var cluster in clusters)
        {
            _running[cluster.Name] = [.. cluster.Store.List("", "pods", ns).Where(p => !IsOver(p)).Select(p => p["metadata"]!["name"]!.ToString())];
            _subscriptions.Add(cluster.Store.Subscribe(change =>
            {
                if (change.Key is { Group: "", Plural: "pods" } && change.Key.Namespace == ns)
                {
                    Note(cluster.Name, change);
                }
            }));
        }

        Judge("from the beginning");
    }

    /// <summary>What was seen in two clusters at a time.</summary>
    public IReadOnlyCollection<string> Doubled => _doubled;

    public bool Runs(string cluster)
    {
        lock (_gate)
        {
            return _running[cluster].Count > 0;
        }
    }

    public void Dispose() => _subscriptions.ForEach(s => s.Dispose());

    private static bool IsOver(System.Text.Json.Nodes.JsonObject pod) => pod["status"]?["phase"]?.ToString() is "Succeeded" or "Failed";

    private void Note(string cluster, ObjectChange change)
    {
        lock (_gate)
        {
            if (change.Type == ChangeType.Deleted || IsOver(change.Object))
            {
                _running[cluster].Remove(change.Key.Name);
            }
            else if (_running[cluster].Add(change.Key.Name))
            {
                Judge($"{cluster} revision {change.Revision}");
            }
        }
    }

    private void Judge(string when)
    {
        if (_running.Values.Count(pods => pods.Count > 0) > 1)
        {
            _doubled.Enqueue($"{when}: {string.Join("; ", _running.Select(r => $"{r.Key}: {string.Join(", ", r.Value)}"))}");
        }
    }
}
