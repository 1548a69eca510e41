namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Resource versions and pages of lists. One class, run one case after the other: some compact the history.</summary>
public abstract class HistoryCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Options = "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: ";
    private const string TooOld =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in "
        + "this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
        + "deleted between the time the first chunk was returned and now may show up in the list.";

    private string Maps(string query) => In("configmaps?labelSelector=l&" + query);

    private string Leases => In("coordination.k8s.io/v1", "leases");

    private async Task SeedAsync(params string[] names)
    {
        foreach (var name in names)
        {
            await CreateConfigMapAsync(name, "\"labels\":{\"l\":\"1\"}");
        }
    }

    [Fact]
    public async Task List_OfABuiltInKind_HasAVersionAndItemsWithoutKind()
    {
        await SeedAsync("a");

        var list = await GetAsync(Maps(""));

        ((string?)list.Json["kind"]).Should().Be("ConfigMapList");
        list.ResourceVersion.Should().MatchRegex("^[1-9][0-9]*$");
        list.Metadata.Select(p => p.Key).Should().Equal("resourceVersion");
        list.Items().Single().Select(p => p.Key).Should().BeEquivalentTo("metadata", "data");
    }

    [Fact]
    public async Task List_AtVersionZero_AnswersWhatThereIs()
    {
        await SeedAsync("a", "b");

        // Answered from a cache that may lag, so it is asked until it has caught up.
        var list = await UntilAsync(() => GetAsync(Maps("resourceVersion=0&limit=1")), l => l.Items().Count == 2, "a limit does not bind at version 0");
        list.Metadata.Should().NotContainKey("continue");
    }

    [Fact]
    public async Task List_NotOlderThanAWrite_ShowsTheWrite()
    {
        await SeedAsync("a");
        var made = await CreateConfigMapAsync("b", "\"labels\":{\"l\":\"1\"}");

        (await GetAsync(Maps($"resourceVersion={made.ResourceVersion}"))).Names.Should().BeEquivalentTo("a", "b");
        (await GetAsync(Maps($"resourceVersion={made.ResourceVersion}&resourceVersionMatch=NotOlderThan"))).Names.Should().BeEquivalentTo("a", "b");
    }

    [Fact]
    public async Task List_ExactlyAtAVersion_ShowsThePast()
    {
        await SeedAsync("a");
        var then = (await GetAsync(Maps(""))).ResourceVersion;
        await SeedAsync("b");
        await DeleteAsync(In("configmaps/a"));

        var list = await GetAsync(Maps($"resourceVersion={then}&resourceVersionMatch=Exact"));

        list.Names.Should().Equal("a");
        list.ResourceVersion.Should().Be(then);
    }

    [Fact]
    public async Task List_ExactlyAtAForgottenVersion_IsGone()
    {
        await SeedAsync("a");
        var then = (await GetAsync(Maps(""))).ResourceVersion;
        await ForgetAsync();

        (await GetAsync(Maps($"resourceVersion={then}&resourceVersionMatch=Exact"))).ShouldBeStatus(410, "Expired", "The resourceVersion for the provided list is too old.");
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact", "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersionMatch=Exact&resourceVersion=0", "Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
    [InlineData("resourceVersionMatch=Nope&resourceVersion=1", "Unsupported value: \"Nope\": supported values: \"Exact\", \"NotOlderThan\", \"\"")]
    public async Task ResourceVersionMatch_ThatMakesNoSense_IsInvalid(string query, string why)
    {
        var reply = await GetAsync(Maps(query));

        // Newer servers sort the supported values.
        reply.ShouldBeStatus(422, "Invalid", Options + (reply.Message.EndsWith("\"\", \"Exact\", \"NotOlderThan\"", StringComparison.Ordinal)
            ? "Unsupported value: \"Nope\": supported values: \"\", \"Exact\", \"NotOlderThan\"" : why));
        reply.Details["group"]!.GetValue<string>().Should().Be("meta.k8s.io");
    }

    [Fact]
    public async Task ResourceVersion_ThatIsNoNumber_IsRefused()
    {
        (await GetAsync(Maps("resourceVersion=abc"))).Message.Should().Be("resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax");
        await SeedAsync("a");
        (await GetAsync(In("configmaps/a?resourceVersion=abc"))).Message.Should().Be("resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax");
    }

    [Fact]
    public async Task ResourceVersion_OfTheFuture_TimesOut()
    {
        await SeedAsync("a");

        var (list, one) = (GetAsync(Maps("resourceVersion=99999999")), GetAsync(In("configmaps/a?resourceVersion=99999999")));

        foreach (var reply in (Reply[])[await list, await one])
        {
            reply.Code.Should().Be(504);
            reply.Reason.Should().Be("Timeout");
            reply.Message.Should().MatchRegex("^Timeout: Too large resource version: 99999999, current: [0-9]+$");
            reply.Details["causes"]!.ToJsonString().Should().Be("""[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}]""");
            ((int?)reply.Details["retryAfterSeconds"]).Should().Be(1);
        }
    }

    [Fact]
    public async Task Pages_Followed_ShowOneMomentAndSayHowMuchIsLeft()
    {
        foreach (var name in (string[])["a", "b", "c", "d", "e"])
        {
            await CreateAsync(Leases, $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        }

        var first = await GetAsync(Leases + "?limit=2");
        await CreateAsync(Leases, """{"metadata":{"name":"bb"}}""");
        await DeleteAsync(Leases + "/c");
        var second = await GetAsync($"{Leases}?limit=2&continue={(string)first.Metadata["continue"]!}");
        var rest = await GetAsync($"{Leases}?continue={(string)second.Metadata["continue"]!}");

        first.Names.Should().Equal("a", "b");
        second.Names.Should().Equal("c", "d");
        rest.Names.Should().Equal("e");
        ((long?)first.Metadata["remainingItemCount"]).Should().Be(3);
        ((long?)second.Metadata["remainingItemCount"]).Should().Be(1);
        rest.Metadata.Should().NotContainKey("continue").And.NotContainKey("remainingItemCount");
        (second.ResourceVersion, rest.ResourceVersion).Should().Be((first.ResourceVersion, first.ResourceVersion));
    }

    [Fact]
    public async Task Pages_WithASelector_DoNotCountWhatIsLeft()
    {
        await SeedAsync("a", "b", "c");

        var page = await GetAsync(Maps("limit=2"));

        page.Names.Should().Equal("a", "b");
        page.Metadata.Should().ContainKey("continue").And.NotContainKey("remainingItemCount");
        (await GetAsync(Maps($"limit=2&continue={(string)page.Metadata["continue"]!}"))).Names.Should().Equal("c");
    }

    [Fact]
    public async Task Pages_OfAllNamespaces_GoOnInTheNextNamespace()
    {
        await SeedAsync("a", "b");
        var seen = new List<string>();
        var token = "";
        do
        {
            var page = await GetAsync($"/api/v1/configmaps?limit=7&continue={token}");
            seen.AddRange(page.Items().Select(i => $"{i["metadata"]!["namespace"]}/{i["metadata"]!["name"]}"));
            token = (string?)page.Metadata["continue"] ?? "";
        }
        while (token.Length > 0);

        seen.Should().OnlyHaveUniqueItems().And.Contain([$"{Namespace}/a", $"{Namespace}/b"]);
        seen.Should().BeInAscendingOrder(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Pages_ExpiredInBetween_OfferAnInconsistentRest()
    {
        await SeedAsync("a", "b", "c");
        var first = await GetAsync(Maps("limit=2"));
        await ForgetAsync();
        await SeedAsync("bb");

        var expired = await GetAsync(Maps($"limit=2&continue={(string)first.Metadata["continue"]!}"));

        expired.ShouldBeStatus(410, "Expired", TooOld);
        var rest = await GetAsync(Maps($"limit=2&continue={(string)expired.Metadata["continue"]!}"));
        rest.Names.Should().Equal("bb", "c");
        long.Parse(rest.ResourceVersion).Should().BeGreaterThan(long.Parse(first.ResourceVersion));
    }

    [Fact]
    public async Task Continue_ThatNobodyGave_IsRefused()
    {
        var reply = await GetAsync(Maps("limit=2&continue=abc"));

        reply.Code.Should().Be(400);
        reply.Reason.Should().Be("BadRequest");
        reply.Message.Should().StartWith("invalid continue token: continue key is not valid");
    }

    [Fact]
    public async Task Continue_WithAResourceVersion_IsRefused()
    {
        await SeedAsync("a", "b");
        var first = await GetAsync(Maps("limit=1"));

        (await GetAsync(Maps($"limit=1&resourceVersion={first.ResourceVersion}&continue={(string)first.Metadata["continue"]!}")))
            .ShouldBeStatus(400, "BadRequest", "specifying resource version is not allowed when using continue");
    }

    [Theory]
    [InlineData("limit")]
    [InlineData("timeoutSeconds")]
    public async Task Number_ThatIsNone_IsRefused(string parameter) =>
        (await GetAsync(Maps($"{parameter}=x"))).ShouldBeStatus(400, "BadRequest", "strconv.ParseInt: parsing \"x\": invalid syntax");

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=-1")]
    public async Task Limit_OfNothing_IsNone(string limit)
    {
        await SeedAsync("a", "b");

        (await GetAsync(Maps(limit))).Names.Should().Equal("a", "b");
    }

    [Fact]
    public async Task Watch_FromAForgottenVersion_EndsWithExpired()
    {
        // Events are not cached by a real server, so a watch of them goes by the history itself.
        await CreateAsync(In("events"), $$$"""{"metadata":{"name":"e"},"involvedObject":{"namespace":"{{{Namespace}}}"}}""");
        var then = (await GetAsync(In("events"))).ResourceVersion;
        await SeedAsync("x");
        await ForgetAsync();

        using var watch = await WatchAsync(In("events"), $"resourceVersion={long.Parse(then) - 1}");

        watch.Code.Should().Be(200);
        var end = (await watch.ToEndAsync()).Should().ContainSingle().Subject;
        end.Type.Should().Be("ERROR");
        ((string?)end.Object["kind"]).Should().Be("Status");
        ((int?)end.Object["code"]).Should().Be(410);
        ((string?)end.Object["reason"]).Should().Be("Expired");
        ((string?)end.Object["message"]).Should().MatchRegex("^(too old resource version: [0-9]+ \\([0-9]+\\)|The resourceVersion for the provided watch is too old.)$");
    }

    private async Task ForgetAsync()
    {
        var last = await CreateConfigMapAsync(Unique("last"));
        await Server.ForgetUntilAsync(last.ResourceVersion);
    }
}

/// <summary>On a server of its own: what it forgets others would miss.</summary>
public sealed class SimulatedHistory(SimulatedHistory.Own own) : HistoryCases(own.Server), IClassFixture<SimulatedHistory.Own>
{
    public sealed class Own : IAsyncDisposable
    {
        public SimulatedServer Server { get; } = new();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}

public sealed class RealHistory(RealServer server) : HistoryCases(server);
