using Kairship.Delivery.Failover;

namespace Kairship.Fleet.Health;

/// <summary>The brake of the fleet, persisted: one for all nodes.</summary>
public interface IFleetBrakeStore
{
    /// <summary>Version 0 before anything was written.</summary>
    Task<StoredBrake> ReadAsync(CancellationToken cancellationToken);

    /// <summary>False: another node has written since <paramref name="version"/> was read; nothing is written.</summary>
    Task<bool> WriteAsync(BrakeState state, long version, CancellationToken cancellationToken);
}

public sealed record StoredBrake(BrakeState State, long Version);

/// <summary>The brake in memory: a real store for one process, gone with it.</summary>
public sealed class InMemoryFleetBrakeStore : IFleetBrakeStore
{
    private readonly Lock _gate = new();
    private StoredBrake _stored = new(BrakeState.Off, 0);

    public Task<StoredBrake> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_stored);
        }
    }

    public Task<bool> WriteAsync(BrakeState state, long version, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (version != _stored.Version)
            {
                return Task.FromResult(false);
            }

            _stored = new StoredBrake(state, version + 1);
            return Task.FromResult(true);
        }
    }
}
