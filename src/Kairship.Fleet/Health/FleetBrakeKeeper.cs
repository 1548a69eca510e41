using System.Net.Sockets;
using Kairship.Delivery.Failover;

namespace Kairship.Fleet.Health;

/// <summary>The fleet's brake at work: reads the fleet, decides, and keeps what is to be remembered for all nodes. Who begins a failover asks it first.</summary>
public sealed class FleetBrakeKeeper(IFleetSights sights, IFleetBrakeStore store, BrakeOptions options, TimeProvider clock)
{
    private const int Attempts = 10;
    private static readonly IReadOnlyList<string> Nobody = [];
    private static readonly TimeSpan AnchorTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Whether failovers may begin at this moment. What several nodes decide at once is decided one after the other.</summary>
    public async Task<FleetView> AskAsync(CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            var fleet = await sights.ReadAsync(cancellationToken);
            var stored = await store.ReadAsync(cancellationToken);
            var before = stored.State;
            var anchors = before.IsOn || fleet.Any(c => c.IsLost || c.FailedLooks > 0) ? await AnchorsAnswerAsync(cancellationToken) : null;
            var answer = FleetBrake.Decide(before, fleet, anchors, clock.GetUtcNow(), options);
            if (IsSame(before, answer.State) || await store.WriteAsync(answer.State, stored.Version, cancellationToken))
            {
                return new FleetView(fleet, answer);
            }

            if (attempt == Attempts)
            {
                return new FleetView(fleet, answer with { Go = false, Why = "The state of the fleet's brake could not be written down: other nodes change it all the time." });
            }
        }
    }

    /// <summary>A person lets failovers go on in spite of what is lost now. null: the brake is off.</summary>
    public async Task<FleetView?> ReleaseAsync(string by, CancellationToken cancellationToken = default)
    {
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            // What a person releases is what is so now, not what somebody wrote down some seconds ago.
            var view = await AskAsync(cancellationToken);
            var stored = await store.ReadAsync(cancellationToken);
            if (!stored.State.IsOn)
            {
                return null;
            }

            if (await store.WriteAsync(FleetBrake.Release(stored.State, view.Clusters, by, clock.GetUtcNow()), stored.Version, cancellationToken))
            {
                return await AskAsync(cancellationToken);
            }
        }

        throw new InvalidOperationException("The state of the fleet's brake could not be written down: other nodes change it all the time.");
    }

    private static bool IsSame(BrakeState one, BrakeState other) =>
        one with { Accepted = Nobody, Lost = Nobody } == other with { Accepted = Nobody, Lost = Nobody }
        && one.Accepted.SequenceEqual(other.Accepted) && one.Lost.SequenceEqual(other.Lost);

    /// <summary>null: there are none. True as soon as one of them takes a connection.</summary>
    private async Task<bool?> AnchorsAnswerAsync(CancellationToken cancellationToken)
    {
        if (options.Anchors.Count == 0)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(AnchorTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var asked = options.Anchors.Select(a => ConnectsAsync(a, either.Token)).ToList();
        await foreach (var answer in Task.WhenEach(asked))
        {
            if (await answer)
            {
                await either.CancelAsync();
                return true;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return false;
    }

    private static async Task<bool> ConnectsAsync(string anchor, CancellationToken cancellationToken)
    {
        var colon = anchor.LastIndexOf(':');
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(anchor[..colon].Trim('[', ']'), int.Parse(anchor.AsSpan(colon + 1), System.Globalization.CultureInfo.InvariantCulture), cancellationToken);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>The fleet and what its brake says of it.</summary>
public sealed record FleetView(IReadOnlyList<ClusterSight> Clusters, BrakeDecision Brake);
