using Kairship.Delivery.Failover;
using Kairship.Fleet.Health;
using Kairship.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace Kairship.Storage.Clusters;

internal sealed class FleetBrakeStore(KairshipDatabase database) : IFleetBrakeStore
{
    private const string Whole = "fleet";

    public Task<StoredBrake> ReadAsync(CancellationToken cancellationToken) => database.ReadAsync(async context =>
        await context.Set<FleetBrakeRow>().AsNoTracking().SingleOrDefaultAsync(x => x.Fleet == Whole, cancellationToken) is { } row
            ? new StoredBrake(StoredJson.Read<BrakeState>(row.State), row.Version)
            : new StoredBrake(BrakeState.Off, 0));

    public Task<bool> WriteAsync(BrakeState state, long version, CancellationToken cancellationToken) => database.WriteAsync(
        async context =>
        {
            await database.LockAsync(context, "fleet-brake", cancellationToken);
            var row = await context.Set<FleetBrakeRow>().SingleOrDefaultAsync(x => x.Fleet == Whole, cancellationToken);
            if ((row?.Version ?? 0) != version)
            {
                return false;
            }

            if (row is null)
            {
                row = new FleetBrakeRow { Fleet = Whole, State = "" };
                context.Add(row);
            }

            row.State = StoredText.Clean(StoredJson.Write(state));
            row.Version = version + 1;
            await context.SaveChangesAsync(cancellationToken);
            return true;
        },
        cancellationToken);
}

internal sealed class FleetBrakeRow
{
    /// <summary>One row: "fleet".</summary>
    public required string Fleet { get; set; }

    /// <summary>JSON.</summary>
    public required string State { get; set; }
    public long Version { get; set; }
}
