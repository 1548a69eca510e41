using System.Text;
using CsCheck;
using FluentAssertions;
using Kairship.Workflows.Storage;
using Xunit;

namespace Kairship.Testing.Storage;

/// <content>Lists against a naive filter: pages one after the other are the whole list, whatever is asked for.</content>
public abstract partial class WorkflowStoreCompliance
{
    private int listing;

    [Fact]
    public Task Definitions_ListedWithAnyFilter_AreThoseOfANaiveOneInItsOrder() => Gen.Select(Versions.Array[30], DefinitionFilters.Array[60]).SampleAsync(
        async (versions, filters) =>
        {
            foreach (var id in new[] { "alpha", "beta", "betatwo", "gamma" })
            {
                await Store.DeleteDefinitionAsync(id, Cancel);
            }

            foreach (var version in versions)
            {
                await Store.SaveDefinitionAsync(version with { CreatedAt = Now.AddMinutes(version.CreatedAt.Minute) }, [], Cancel);
            }

            var all = new List<DefinitionRecord>();
            foreach (var id in versions.Select(v => v.VersionId).Distinct())
            {
                all.Add((await Store.GetDefinitionVersionAsync(id, Cancel))!);
            }

            foreach (var filter in filters)
            {
                var expected = Ordered(all.Where(d => Matches(filter, d)), filter).Select(d => filter.WithoutJson ? d with { Json = "" } : d);
                await PagesAsync(page => Store.ListDefinitionsAsync(filter, page, Cancel), [.. expected], filter);
            }
        },
        iter: 2, threads: 1);

    [Fact]
    public Task Instances_ListedWithAnyFilter_AreThoseOfANaiveOneInItsOrder() => Gen.Select(Rows.Array[40], InstanceFilters.Array[80]).SampleAsync(
        async (rows, filters) =>
        {
            var run = $"run-{++listing}";
            await Store.SaveDefinitionAsync(Definition("gamma", 1) with { IsLatest = true, IsSystem = true }, [], Cancel);
            await Store.SaveDefinitionAsync(Definition("alpha", 1) with { IsSystem = true }, [], Cancel);
            await Store.SaveDefinitionAsync(Definition("alpha", 2) with { IsLatest = true }, [], Cancel);
            var all = new List<InstanceRecord>();
            foreach (var (row, index) in rows.Select((row, index) => (row, index)))
            {
                all.Add(await AddAsync(row, $"{run}-{index:000}", run) with { State = default });
            }

            foreach (var asked in filters)
            {
                var filter = asked with { ParentInstanceId = run, Ids = asked.Ids is null ? null : [.. all.Where((_, i) => i % 3 == 0).Select(x => x.Id), "missing"] };
                filter = filter with { Times = [.. filter.Times.Select(t => t with { Value = Now.AddMinutes(t.Value.Minute) })] };
                await PagesAsync(page => WithoutStateAsync(filter, page), [.. Ordered(all.Where(r => Matches(filter, r)), filter)], filter);
            }
        },
        iter: 2, threads: 1);

    [Fact]
    public async Task Instances_SearchedBeyondWhatIsKept_AreFoundByTheirBeginningOnly()
    {
        var name = new string('n', 99) + "\U0001F680" + "tail";
        await Store.CreateInstanceAsync(New("i", correlationId: new string('c', 200) + "tail") with { Name = name }, Cancel);

        (await IdsAsync(new InstanceFilter(Search: new string('N', 99)))).Should().Equal("i");
        (await IdsAsync(new InstanceFilter(Search: new string('C', 200)))).Should().Equal("i");
        (await IdsAsync(new InstanceFilter(Search: "tail"))).Should().BeEmpty();
        (await IdsAsync(new InstanceFilter(Search: "\U0001F680"))).Should().BeEmpty("half of it lies within");
    }

    private static async Task PagesAsync<T>(Func<PageRequest, Task<Page<T>>> list, List<T> expected, object filter)
    {
        var take = 3 + (expected.Count % 11);
        var seen = new List<T>();
        for (var skip = 0; skip == 0 || skip < expected.Count + take; skip += take)
        {
            var page = await list(new PageRequest(skip, take));
            page.Total.Should().Be(expected.Count, "{0} at {1}", filter, skip);
            page.Items.Count.Should().BeLessThanOrEqualTo(take);
            seen.AddRange(page.Items);
        }

        seen.Should().Equal(expected, "{0}", filter);
        (await list(new PageRequest(0, 0))).Should().BeEquivalentTo(new { Items = Array.Empty<T>(), Total = (long)expected.Count });
    }

    /// <summary>No state and an empty state are not equal.</summary>
    private async Task<Page<InstanceRecord>> WithoutStateAsync(InstanceFilter filter, PageRequest page)
    {
        var listed = await Store.ListInstancesAsync(filter, page, Cancel);
        listed.Items.Should().NotContain(x => !x.State.IsEmpty);
        return listed with { Items = [.. listed.Items.Select(x => x with { State = default })] };
    }

    private async Task<InstanceRecord> AddAsync(InstanceRecord row, string id, string run)
    {
        var start = Now;
        await Store.CreateInstanceAsync(
            New(id, definitionId: row.DefinitionId, correlationId: row.CorrelationId) with
            {
                DefinitionVersion = row.DefinitionVersion, Name = "before", ParentInstanceId = run, CreatedAt = start.AddMinutes(row.CreatedAt.Minute),
            },
            Cancel);
        var commit = Release(await MustClaimAsync(id)) with
        {
            Status = row.Status, Name = row.Name, CorrelationId = row.CorrelationId, IncidentCount = row.IncidentCount, At = start.AddMinutes(row.UpdatedAt.Minute),
        };
        await CommitAsync(commit);
        if (row.QuarantineReason is { } reason)
        {
            await Store.SetQuarantineAsync(id, reason, Cancel);
        }

        return await GetAsync(id);
    }

    private static bool Finds(string? search, params string?[] texts) =>
        string.IsNullOrEmpty(search) || texts.Any(t => t is not null && t.ToLowerInvariant().Contains(search.ToLowerInvariant(), StringComparison.Ordinal));

    private static string Key(string? name) => Convert.ToHexString(Encoding.UTF8.GetBytes((name ?? "").ToLowerInvariant()));
}
