using FluentAssertions;
using Kairship.Delivery.Failover;
using Kairship.Fleet.Health;
using Xunit;

namespace Kairship.Testing.Storage;

/// <summary>What <see cref="IFleetBrakeStore"/> promises. A store passes when a one-line subclass passes.</summary>
public abstract class FleetBrakeStoreCompliance : IAsyncLifetime
{
    private static readonly BrakeState On = new()
    {
        IsOn = true, Why = "4 of 10 are lost", Since = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), Accepted = ["east"], ReleasedBy = "ops",
    };

    private StoreUnderTest<IFleetBrakeStore>? opened;

    private IFleetBrakeStore Store => opened?.Store ?? throw new InvalidOperationException("The store is not open yet.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Task<StoreUnderTest<IFleetBrakeStore>> OpenAsync();

    public async ValueTask InitializeAsync() => opened = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        if (opened is not null)
        {
            await opened.CloseAsync();
        }

        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Brake_Written_ComesBackWhole_AlsoAfterARestart()
    {
        (await Store.ReadAsync(Cancel)).Should().BeEquivalentTo(new StoredBrake(BrakeState.Off, 0));
        (await Store.WriteAsync(On, 0, Cancel)).Should().BeTrue();

        (await (await opened!.RestartAsync()).ReadAsync(Cancel)).Should().BeEquivalentTo(new StoredBrake(On, 1));
    }

    [Fact]
    public async Task Brake_WrittenByTwoNodesAtOnce_IsOnes()
    {
        await Store.WriteAsync(On, 0, Cancel);
        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.WriteAsync(BrakeState.Off, 1, Cancel))));

        written.Count(w => w).Should().Be(1);
        (await Store.ReadAsync(Cancel)).Should().BeEquivalentTo(new StoredBrake(BrakeState.Off, 2));
    }
}
