using System.Text.Json.Nodes;
using Kairship.Simulator;

namespace Kairship.Server.Tests.Failover;

/// <summary>Counts again and again the ready pods of applications in the clusters that can be reached, past all of Kairship's code: for how long were there fewer than wanted?</summary>
internal sealed class ReadyWatch : IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource _end = new();
    private readonly Dictionary<string, TimeSpan> _longest;
    private readonly Task _running;

    private ReadyWatch(SimulatedFleet fleet, IReadOnlyDictionary<string, int> wanted)
    {
        _longest = wanted.Keys.ToDictionary(name => name, _ => TimeSpan.Zero);
        _running = Task.Run(() => RunAsync(fleet, wanted));
    }

    /// <param name="wanted">Application, which is its namespace, to its replicas.</param>
    public static ReadyWatch Start(SimulatedFleet fleet, IReadOnlyDictionary<string, int> wanted) => new(fleet, wanted);

    public static int Ready(SimulatedFleet fleet, string application) => Pods(fleet, application, IsReady);

    public static int Pods(SimulatedFleet fleet, string application) => Pods(fleet, application, _ => true);

    /// <summary>The longest time without a break that each had fewer than it wants.</summary>
    public async Task<IReadOnlyDictionary<string, TimeSpan>> EndAsync()
    {
        await _end.CancelAsync();
        await _running;
        return _longest;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }

    private static int Pods(SimulatedFleet fleet, string application, Func<JsonObject, bool> counts) =>
        fleet.Clusters.Where(c => !c.Faults.Unreachable).Sum(c => c.Store.List("", "pods", application).Count(p => p["metadata"]!["deletionTimestamp"] is null && counts(p)));

    private static bool IsReady(JsonObject pod) =>
        pod["status"]?["conditions"] is JsonArray conditions && conditions.Any(c => c!["type"]?.ToString() == "Ready" && c["status"]?.ToString() == "True");

    private async Task RunAsync(SimulatedFleet fleet, IReadOnlyDictionary<string, int> wanted)
    {
        using var timer = new PeriodicTimer(Look);
        var since = new Dictionary<string, long>();
        while (!_end.IsCancellationRequested)
        {
            foreach (var (application, replicas) in wanted)
            {
                if (Ready(fleet, application) >= replicas)
                {
                    since.Remove(application);
                }
                else if (since.TryGetValue(application, out var began))
                {
                    var time = TimeProvider.System.GetElapsedTime(began);
                    _longest[application] = time > _longest[application] ? time : _longest[application];
                }
                else
                {
                    since[application] = TimeProvider.System.GetTimestamp();
                }
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
