using FluentAssertions;
using Kairship.Delivery.Documents;
using Xunit;

namespace Kairship.Testing.Storage;

/// <summary>What <see cref="IDocumentStore"/> promises. A store passes when a one-line subclass passes.</summary>
public abstract class DocumentStoreCompliance : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private StoreUnderTest<IDocumentStore>? opened;

    private IDocumentStore Store => opened?.Store ?? throw new InvalidOperationException("The store is not open yet.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Task<StoreUnderTest<IDocumentStore>> OpenAsync();

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
    public async Task Document_Put_ComesBackWhole_AlsoAfterARestart()
    {
        (await Store.FindAsync("report", "one", Cancel)).Should().BeNull();
        (await Store.PutAsync("report", "one", """{"a":"ä𝄞"}""", 0, Noon, Cancel)).Should().BeTrue();

        (await (await opened!.RestartAsync()).FindAsync("report", "one", Cancel)).Should().Be(new Document("report", "one", 1, Noon, """{"a":"ä𝄞"}"""));
        (await Store.FindAsync("other", "one", Cancel)).Should().BeNull();
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task Document_PutOverAnotherVersion_StaysAsItIs(long version, bool isTaken)
    {
        await Store.PutAsync("report", "one", "1", 0, Noon, Cancel);
        await Store.PutAsync("report", "one", "2", 1, Noon, Cancel);

        (await Store.PutAsync("report", "one", "3", version, Noon, Cancel)).Should().Be(isTaken);
        (await Store.FindAsync("report", "one", Cancel))!.Body.Should().Be(isTaken ? "3" : "2");
        (await Store.DeleteAsync("report", "one", 2, Cancel)).Should().Be(!isTaken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Document_PutByManyNodesAtOnce_IsOnes(long version)
    {
        if (version == 1)
        {
            await Store.PutAsync("report", "one", "0", 0, Noon, Cancel);
        }

        var written = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Store.PutAsync("report", "one", $"{i}", version, Noon, Cancel))));

        written.Count(w => w).Should().Be(1);
        (await Store.FindAsync("report", "one", Cancel))!.Body.Should().Be($"{written.ToList().IndexOf(true)}");
    }

    [Fact]
    public async Task Documents_Listed_AreTheLastWrittenOfTheirKind()
    {
        for (var i = 0; i < 4; i++)
        {
            await Store.PutAsync("report", $"r{i}", "1", 0, Noon.AddMinutes(i), Cancel);
            await Store.PutAsync("other", $"o{i}", "1", 0, Noon.AddHours(i), Cancel);
        }

        await Store.PutAsync("report", "r0", "2", 1, Noon.AddHours(1), Cancel);
        (await Store.ListAsync("report", 3, Cancel)).Select(d => d.Key).Should().Equal("r0", "r3", "r2");
    }
}
