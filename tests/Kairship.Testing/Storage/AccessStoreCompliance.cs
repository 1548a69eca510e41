using FluentAssertions;
using Kairship.Storage.Access;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

/// <summary>What <see cref="AccessStore"/> promises, on each database. Every test has a store of its own.</summary>
public abstract class AccessStoreCompliance : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);
    private StoreUnderTest<AccessStore>? opened;

    private AccessStore Store => opened?.Store ?? throw new InvalidOperationException("The store is not open yet.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected abstract Task<StoreUnderTest<AccessStore>> OpenAsync();

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
    public async Task Key_Added_ComesBackWhole()
    {
        var key = Key("k1", "alice");
        (await Store.AddKeyAsync(key, Cancel)).Should().BeTrue();

        (await Store.GetKeyAsync("k1", Cancel)).Should().BeEquivalentTo(key);
        (await Store.GetKeyAsync("k2", Cancel)).Should().BeNull();
    }

    [Fact]
    public async Task KeyName_IsTakenUntilItsKeyIsRevoked()
    {
        await Store.AddKeyAsync(Key("k1", "alice"), Cancel);
        (await Store.AddKeyAsync(Key("k2", "alice"), Cancel)).Should().BeFalse();

        (await Store.RevokeKeyAsync("k1", Noon, Cancel)).Should().BeTrue();
        (await Store.RevokeKeyAsync("k1", Noon.AddDays(1), Cancel)).Should().BeFalse("it is revoked already, and since when stays true");

        (await Store.AddKeyAsync(Key("k2", "alice"), Cancel)).Should().BeTrue();
        (await Store.ListKeysAsync(Cancel)).Select(k => (k.Id, k.RevokedAt)).Should().Equal(("k1", Noon), ("k2", null));
    }

    [Fact]
    public async Task KeyName_ManyAtOnce_OneGetsIt()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Store.AddKeyAsync(Key($"k{i}", "alice"), Cancel)));

        added.Count(a => a).Should().Be(1);
    }

    [Fact]
    public async Task Webhook_IsAddedOnceListedAndRemoved()
    {
        var hook = new Webhook("gh", "shop", "canary", "payload.a === '\u00e4\U0001F680'", "{\"revision\":\"payload.b\"}", [1, 2, 3, 0, 255], "admin", Noon);
        (await Store.AddWebhookAsync(hook, Cancel)).Should().BeTrue();
        (await Store.AddWebhookAsync(hook with { Application = "other" }, Cancel)).Should().BeFalse();
        await Store.AddWebhookAsync(hook with { Name = "aa", Workflow = null, When = null }, Cancel);

        (await Store.GetWebhookAsync("gh", Cancel)).Should().BeEquivalentTo(hook);
        (await Store.GetWebhookAsync("no\0body", Cancel)).Should().BeNull();
        (await Store.ListWebhooksAsync(Cancel)).Select(w => w.Name).Should().Equal("aa", "gh");
        (await Store.RemoveWebhookAsync("gh", Cancel)).Should().BeTrue();
        (await Store.RemoveWebhookAsync("gh", Cancel)).Should().BeFalse();
    }

    [Fact]
    public async Task Audit_IsKeptInOrder_AndPagedNewestFirst()
    {
        for (var i = 0; i < 5; i++)
        {
            await Store.AppendAuditAsync(new AuditEntry(0, Noon.AddMinutes(i), "alice", $"act-{i}", i == 0 ? null : $"subject-{i}", 200 + i, "a\0b"), Cancel);
        }

        var page = await Store.ListAuditAsync(new PageRequest(1, 2), Cancel);

        page.Total.Should().Be(5);
        page.Items.Select(e => e.Action).Should().Equal("act-3", "act-2");
        page.Items[0].Sequence.Should().BeGreaterThan(page.Items[1].Sequence);
        page.Items[0].Should().BeEquivalentTo(new { At = Noon.AddMinutes(3), Who = "alice", Subject = "subject-3", Status = 203, Detail = "a\uFFFDb" });
    }

    private static ApiKey Key(string id, string name) => new(id, name, ["viewer", "release-manager"], [7, 0, 255], "admin", Noon, null);
}
