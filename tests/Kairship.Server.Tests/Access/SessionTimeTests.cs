using Kairship.Server.Access;
using Kairship.Storage.Access;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Server.Tests.Access;

/// <summary>Sessions against a clock of ours and the keys of a real server.</summary>
public sealed class SessionTimeTests : IClassFixture<RunningServer>, IDisposable
{
    private readonly RunningServer server;
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly KeysFolder folder = new(Directory.CreateTempSubdirectory("kairship-keys-").FullName);

    public SessionTimeTests(RunningServer server) => this.server = server;

    [Fact]
    public async Task Tokens_EndWhenTheirTimeIsOver()
    {
        var sessions = Node();
        var live = (await sessions.SignInAsync(null, server.AdminToken, null, CancellationToken.None))!;
        foreach (var use in Enum.GetValues<TokenUse>())
        {
            var token = sessions.Issue(use, live);
            time.Advance(SessionTokens.LifetimeOf(use) - TimeSpan.FromSeconds(1));
            (await sessions.FindAsync(token, use, CancellationToken.None)).Should().NotBeNull($"{use} holds to its end");
            time.Advance(TimeSpan.FromSeconds(1));
            (await sessions.FindAsync(token, use, CancellationToken.None)).Should().BeNull($"{use} is over");
        }
    }

    [Fact]
    public async Task Session_EndsAfterAWeek_HoweverOftenItIsRenewed()
    {
        var sessions = Node();
        var live = (await sessions.SignInAsync(null, server.AdminToken, null, CancellationToken.None))!;
        var start = time.GetUtcNow();
        var token = sessions.Issue(TokenUse.Refresh, live);
        while (await sessions.FindAsync(token, TokenUse.Refresh, CancellationToken.None) is { } again)
        {
            again.Session.Should().Be(live.Session with { SignedInAt = again.Session.SignedInAt });
            token = sessions.Issue(TokenUse.Refresh, again);
            time.Advance(TimeSpan.FromHours(6));
        }

        (time.GetUtcNow() - start).Should().Be(SessionTokens.LongestSession);
    }

    [Fact]
    public async Task Nodes_ThatShareTheKeysFolder_ShareSessions_AndTheirEnd()
    {
        var (one, other) = (Node(), Node());
        var live = (await one.SignInAsync(null, server.AdminToken, null, CancellationToken.None))!;
        var token = one.Issue(TokenUse.Access, live);
        (await other.FindAsync(token, TokenUse.Access, CancellationToken.None)).Should().NotBeNull();

        other.End(live.Session.Id);
        (await one.FindAsync(token, TokenUse.Access, CancellationToken.None)).Should().BeNull();
        (await Node().FindAsync(token, TokenUse.Access, CancellationToken.None)).Should().BeNull("a restart does not bring it back");
    }

    [Fact]
    public void SigningKey_IsOne_ForAllWhoMakeItAtOnce_AndIsNotReadableInTheFile()
    {
        var keys = new byte[16][];
        Parallel.For(0, keys.Length, i => keys[i] = Key().Security.Key);
        keys.Should().AllSatisfy(k => k.Should().Equal(keys[0]));
        keys[0].Should().HaveCount(64);
        Directory.GetFiles(folder.Path, "session.key*").Should().ContainSingle();
        File.ReadAllText(Path.Combine(folder.Path, "session.key")).Should().NotContain(Convert.ToBase64String(keys[0])[..40]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Path.Combine(folder.Path, "session.key")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task SigningKeyThatCannotBeRead_IsMadeAnew_AndEndsAllSessions()
    {
        var before = Node();
        var token = before.Issue(TokenUse.Access, (await before.SignInAsync(null, server.AdminToken, null, CancellationToken.None))!);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "session.key"), "spoilt");

        (await Node().FindAsync(token, TokenUse.Access, CancellationToken.None)).Should().BeNull();
    }

    [Fact]
    public void EndedSessions_AreForgotten_WhenTheyCouldNotLiveAnyMore()
    {
        var ended = new EndedSessions(folder, time);
        var ids = Enumerable.Range(0, 3).Select(i => new string((char)('a' + i), 32)).ToList();
        ended.End(ids[0]);
        ended.End(ids[0]);
        time.Advance(SessionTokens.LongestSession - TimeSpan.FromHours(2));
        ended.End(ids[1]);
        ids.Select(ended.Contains).Should().Equal(true, true, false);

        time.Advance(TimeSpan.FromHours(3));
        ended.End(ids[2]);
        ids.Select(ended.Contains).Should().Equal(false, true, true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../session.key")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void WhatIsNoSessionsId_CountsAsEnded_AndWritesNothing(string id)
    {
        var ended = new EndedSessions(folder, time);
        ended.End(id);
        ended.Contains(id).Should().BeTrue();
        Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public void Link_EndsAfterHalfAnHour_AndLeavesNothingBehind()
    {
        var links = new SignInLinks(folder, time);
        var (fresh, late) = (links.Make("0123456789ab")!, links.Make("0123456789ab")!);
        fresh.Should().NotBe(late);
        time.Advance(SignInLinks.Lifetime - TimeSpan.FromSeconds(1));
        links.Take(fresh).Should().Be("0123456789ab");
        links.Take(fresh).Should().BeNull("it was used");
        time.Advance(TimeSpan.FromSeconds(1));
        links.Take(late).Should().BeNull("it is too old");
        links.Take("../session.key").Should().BeNull();
        Directory.GetFiles(Path.Combine(folder.Path, "sign-in-links")).Should().BeEmpty();
    }

    [Fact]
    public void Links_ThatNobodyUses_AreBounded_AndSweptAway()
    {
        var links = new SignInLinks(folder, time);
        var made = Enumerable.Range(0, 1001).Select(_ => links.Make("0123456789ab")).ToList();
        made.Count(m => m is null).Should().Be(1);
        time.Advance(SignInLinks.Lifetime);
        links.Make("0123456789ab").Should().NotBeNull();
        Directory.GetFiles(Path.Combine(folder.Path, "sign-in-links")).Should().ContainSingle();
    }

    public void Dispose() => Directory.Delete(folder.Path, recursive: true);

    private SigningKey Key() => new(folder, server.Services.GetRequiredService<IDataProtectionProvider>(), NullLogger<SigningKey>.Instance);

    private SessionService Node() => new(
        server.Services.GetRequiredService<AccessStore>(), new SessionTokens(Key(), time), new EndedSessions(folder, time), new SignInLinks(folder, time), time,
        NullLogger<SessionService>.Instance);
}
