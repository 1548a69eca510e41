namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Watches: what they begin with, what they tell, how they end.</summary>
public abstract class WatchCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Labelled = "\"labels\":{\"l\":\"1\"}";
    private const string Selected = "labelSelector=l%3D1";

    private string Maps => In("configmaps");

    [Fact]
    public async Task Watch_WithoutVersion_BeginsWithWhatThereIs()
    {
        await CreateConfigMapAsync("a", Labelled);
        await CreateConfigMapAsync("b", Labelled);

        using var watch = await WatchAsync(Maps, Selected);

        watch.Code.Should().Be(200);
        watch.MediaType.Should().Be("application/json");
        var initial = await watch.NextAsync(2);
        initial.Select(e => e.Brief).Should().BeEquivalentTo("ADDED a", "ADDED b");
        initial.Should().OnlyContain(e => (string?)e.Object["kind"] == "ConfigMap" && (string?)e.Object["apiVersion"] == "v1");
    }

    [Fact]
    public async Task Watch_AtVersionZero_BeginsWithWhatThereIs()
    {
        var made = await CreateConfigMapAsync("a", Labelled);
        await UntilAsync(() => GetAsync(In("configmaps/a?resourceVersion=0")), r => r.Code == 200 && r.ResourceVersion == made.ResourceVersion);

        using var watch = await WatchAsync(Maps, Selected + "&resourceVersion=0");

        (await watch.NextAsync(1)).Single().Brief.Should().Be("ADDED a");
    }

    [Fact]
    public async Task Watch_FromAVersion_TellsWhatCameAfterInOrder()
    {
        var made = await CreateConfigMapAsync("a", Labelled);
        await PatchAsync(In("configmaps/a"), """{"data":{"k":"1"}}""");
        using var watch = await WatchAsync(Maps, $"{Selected}&resourceVersion={made.ResourceVersion}");
        await PatchAsync(In("configmaps/a"), """{"data":{"k":"2"}}""");
        await DeleteAsync(In("configmaps/a"));

        var events = await watch.NextAsync(3);

        events.Select(e => e.Type).Should().Equal("MODIFIED", "MODIFIED", "DELETED");
        events.Select(e => (string?)e.Object["data"]!["k"]).Should().Equal("1", "2", "2");
        events.Select(e => long.Parse(e.ResourceVersion)).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Watch_ResumedFromAnEvent_LeavesNothingOutAndRepeatsNothing()
    {
        var made = await CreateConfigMapAsync("a", Labelled);
        for (var i = 1; i <= 4; i++)
        {
            await PatchAsync(In("configmaps/a"), $$$"""{"data":{"k":"{{{i}}}"}}""");
        }

        string resume;
        using (var first = await WatchAsync(Maps, $"{Selected}&resourceVersion={made.ResourceVersion}"))
        {
            resume = (await first.NextAsync(2))[^1].ResourceVersion;
        }

        using var second = await WatchAsync(Maps, $"{Selected}&resourceVersion={resume}");

        (await second.NextAsync(2)).Select(e => (string?)e.Object["data"]!["k"]).Should().Equal("3", "4");
    }

    [Fact]
    public async Task Watch_ObjectMovesThroughTheSelector_IsAddedAndDeleted()
    {
        var made = await CreateConfigMapAsync("a", Labelled);
        using var watch = await WatchAsync(Maps, $"{Selected}&resourceVersion={made.ResourceVersion}");
        var left = await PatchAsync(In("configmaps/a"), """{"metadata":{"labels":{"l":"2"}},"data":{"k":"2"}}""");
        await PatchAsync(In("configmaps/a"), """{"metadata":{"labels":{"l":"1"}}}""");

        var events = await watch.NextAsync(2);

        events.Select(e => e.Type).Should().Equal("DELETED", "ADDED");
        events[0].ResourceVersion.Should().Be(left.ResourceVersion);
        ((string?)events[0].Object["metadata"]!["labels"]!["l"]).Should().Be("1", "it is shown as it was when it still matched");
        ((string?)events[0].Object["data"]!["k"]).Should().Be("v");
    }

    [Fact]
    public async Task Watch_ByFieldSelector_TellsOnlyOfThat()
    {
        var made = await CreateConfigMapAsync("a");
        using var watch = await WatchAsync(Maps, $"fieldSelector=metadata.name%3Db&resourceVersion={made.ResourceVersion}");
        await PatchAsync(In("configmaps/a"), """{"data":{"k":"1"}}""");
        await CreateConfigMapAsync("b");

        (await watch.NextAsync(1)).Single().Brief.Should().Be("ADDED b");
    }

    [Fact]
    public async Task Watch_OfAllNamespaces_TellsOfThisOneToo()
    {
        var made = await CreateConfigMapAsync("a");
        using var watch = await WatchAsync("/api/v1/configmaps", $"fieldSelector=metadata.namespace%3D{Namespace}&resourceVersion={made.ResourceVersion}&{Selected}");
        await CreateConfigMapAsync("b", Labelled);

        (await watch.NextAsync(1)).Single().Brief.Should().Be("ADDED b");
    }

    [Fact]
    public async Task Watch_OfAFinalizedObject_TellsOfTheDeletionTwice()
    {
        var made = await CreateConfigMapAsync("a", Labelled + ",\"finalizers\":[\"example.com/a\"]");
        using var watch = await WatchAsync(Maps, $"{Selected}&resourceVersion={made.ResourceVersion}");
        await DeleteAsync(In("configmaps/a"));
        await PatchAsync(In("configmaps/a"), """{"metadata":{"finalizers":null}}""");

        var events = await watch.NextAsync(2);

        events.Select(e => e.Type).Should().Equal("MODIFIED", "DELETED");
        events[0].Object["metadata"]!["deletionTimestamp"].Should().NotBeNull();
        long.Parse(events[1].ResourceVersion).Should().BeGreaterThan(long.Parse(events[0].ResourceVersion));
    }

    [Fact]
    public async Task Watch_WithTimeout_EndsWithoutError()
    {
        var made = await CreateConfigMapAsync("a", Labelled);

        using var watch = await WatchAsync(Maps, $"{Selected}&timeoutSeconds=1&resourceVersion={made.ResourceVersion}");

        (await watch.ToEndAsync()).Should().NotContain(e => e.Type == "ERROR");
    }

    [Fact]
    public async Task Watch_WithBookmarks_TellsAVersionToGoOnFrom()
    {
        await CreateConfigMapAsync("a", Labelled);
        // Sent before a watch ends by its time-out, two seconds ahead at the latest.
        using var watch = await WatchAsync(Maps, Selected + "&allowWatchBookmarks=true&timeoutSeconds=4");

        var events = await watch.ToEndAsync();

        events[0].Brief.Should().Be("ADDED a");
        events.Select(e => e.Type).Should().Contain("BOOKMARK");
        var mark = events.Last(e => e.Type == "BOOKMARK");
        ((string?)mark.Object["kind"]).Should().Be("ConfigMap");
        mark.ResourceVersion.Should().MatchRegex("^[1-9][0-9]*$");
        mark.Name.Should().BeEmpty();
        using var resumed = await WatchAsync(Maps, $"{Selected}&resourceVersion={mark.ResourceVersion}");
        await CreateConfigMapAsync("b", Labelled);
        (await resumed.NextAsync(1)).Single().Brief.Should().Be("ADDED b");
    }

    [Fact]
    public async Task Watch_WithoutBookmarks_TellsNone()
    {
        await CreateConfigMapAsync("a", Labelled);

        using var watch = await WatchAsync(Maps, Selected + "&timeoutSeconds=2");

        (await watch.ToEndAsync()).Select(e => e.Type).Should().Equal("ADDED");
    }

    [Fact]
    public async Task Watch_AsTable_TellsRows()
    {
        var made = await CreateConfigMapAsync("a", Labelled);
        using var watch = await WatchAsync(Maps, Selected, "application/json;as=Table;v=v1;g=meta.k8s.io");
        var first = (await watch.NextAsync(1)).Single();
        await PatchAsync(In("configmaps/a"), """{"data":{"z":"1"}}""");
        var second = (await watch.NextAsync(1)).Single();

        (first.Type, second.Type).Should().Be(("ADDED", "MODIFIED"));
        first.ResourceVersion.Should().Be(made.ResourceVersion);
        first.Object["columnDefinitions"]!.AsArray().Should().NotBeEmpty();
        ((string?)first.Object["rows"]![0]!["cells"]![0]).Should().Be("a");
        second.Object["columnDefinitions"]?.AsArray().Should().BeNullOrEmpty("columns are told once");
    }

    [Fact]
    public async Task Watch_AsMetadata_TellsNothingElse()
    {
        await CreateConfigMapAsync("a", Labelled);
        using var watch = await WatchAsync(Maps, Selected, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");

        (await watch.NextAsync(1)).Single().Object.Select(p => p.Key).Should().BeEquivalentTo("kind", "apiVersion", "metadata");
    }

    [Theory]
    [InlineData("fieldSelector=spec.x%3D1", 400)]
    [InlineData("labelSelector=%3D", 400)]
    [InlineData("resourceVersion=abc", 500)]
    [InlineData("resourceVersion=1&resourceVersionMatch=NotOlderThan", 422)]
    [InlineData("resourceVersion=1&resourceVersionMatch=Exact", 422)]
    public async Task Watch_ThatCannotBegin_AnswersAStatus(string query, int code)
    {
        using var watch = await WatchAsync(Maps, query);

        watch.Code.Should().Be(code);
        watch.MediaType.Should().Be("application/json");
    }

    [Fact]
    public async Task Watch_ListThatStreams_EndsItsBeginningWithABookmark()
    {
        var made = await CreateConfigMapAsync("a", Labelled);

        using var watch = await WatchAsync(Maps, $"{Selected}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");

        if (!Since(1, 34))
        {
            watch.Code.Should().Be(422, "older servers know no such list");
            return;
        }

        var events = await watch.NextAsync(2);
        events[0].Brief.Should().Be("ADDED a");
        events[1].Type.Should().Be("BOOKMARK");
        events[1].Object["metadata"]!["annotations"]!.ToJsonString().Should().Be("""{"k8s.io/initial-events-end":"true"}""");
        long.Parse(events[1].ResourceVersion).Should().BeGreaterThanOrEqualTo(long.Parse(made.ResourceVersion));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("1")]
    [InlineData("yes")]
    public async Task WatchParameter_AnythingButFalse_Watches(string value)
    {
        await CreateConfigMapAsync("a", Labelled);

        var reply = await GetAsync($"{Maps}?watch={value}&timeoutSeconds=1&{Selected}");

        reply.Text.Should().StartWith("{\"type\":\"ADDED\"");
        ((string?)(await GetAsync($"{Maps}?watch=false")).Json["kind"]).Should().Be("ConfigMapList");
    }
}

public sealed class SimulatedWatches(SimulatedServer server) : WatchCases(server);

public sealed class RealWatches(RealServer server) : WatchCases(server);
