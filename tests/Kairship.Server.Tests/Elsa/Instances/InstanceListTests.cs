using CsCheck;
using Kairship.Server.Elsa.Instances;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Tests.Elsa.Instances;

/// <summary>Filters against a naive one over the words that the answer itself has.</summary>
public sealed class InstanceListTests
{
    private static readonly DateTimeOffset Begin = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Definitions = ["alpha", "beta", "gamma"];
    private static readonly InstanceStatus[] Statuses = Enum.GetValues<InstanceStatus>();

    private static readonly Gen<InstanceListRequest> Requests =
        from definition in Any(null, "alpha", "nobody")
        from definitions in MaybeSome(2, Definitions)
        from correlation in Any(null, null, "c1", "")
        from version in Any<int?>(null, null, 1, 2)
        from incidents in Any<bool?>(null, null, true, false)
        from status in Any(null, null, "Running", "finished")
        from statuses in MaybeSome(2, "Running", "Finished")
        from sub in Any(null, null, null, "Suspended")
        from subs in MaybeSome(3, [.. ElsaStatus.SubStatuses])
        from order in Any(null, "Created", "UpdatedAt", "Finished", "Name", "LastExecuted")
        from direction in Any(null, "Ascending", "Descending")
        from times in Gen.Select(
            Any("CreatedAt", "UpdatedAt", "FinishedAt"), Any("Is", "IsNot", "LessThan", "GreaterThan", "LessThanOrEqual", "GreaterThanOrEqual"), Gen.Int[0, 40],
            (column, op, hour) => new TimestampCondition(column, op, Begin.AddHours(hour))).Array[0, 1]
        from search in Any(null, null, "", "NAME 1", "i-0", "alph")
        from page in Gen.Int[0, 3]
        from size in Any(1, 5, 100)
        select new InstanceListRequest
        {
            DefinitionId = definition, DefinitionIds = definitions, CorrelationId = correlation, Version = version, HasIncidents = incidents, Status = status, Statuses = statuses,
            SubStatus = sub, SubStatuses = subs, OrderBy = order, OrderDirection = direction, TimestampFilters = times, SearchTerm = search, Page = page, PageSize = size,
        };

    private static Gen<T> Any<T>(params T[] all) => Gen.Int[0, all.Length - 1].Select(i => all[i]);

    private static Gen<string[]?> MaybeSome(int most, params string[] all) => Any(all).Array[0, most].Select(Gen.Bool, (some, isThere) => isThere ? some : null);

    [Fact]
    public async Task List_IsWhatANaiveFilterFinds()
    {
        var lists = new InstanceLists(await FilledAsync());
        var all = (await ListAsync(lists, new InstanceListRequest { PageSize = 1000 })).Items;
        all.Should().HaveCount(60);
        all.Select(i => i.SubStatus).Distinct().Should().BeEquivalentTo(ElsaStatus.SubStatuses, "the rows have one of each");

        await Requests.SampleAsync(
            async request =>
            {
                var page = await ListAsync(lists, request);
                var expected = Naive(all, request).ToList();
                page.TotalCount.Should().Be(expected.Count);
                page.Items.Select(i => i.Id).Should().Equal(expected.Skip(request.Page!.Value * request.PageSize!.Value).Take(request.PageSize.Value).Select(i => i.Id));
            },
            iter: 3000);
    }

    [Fact]
    public async Task IsSystem_IsNone_WhereNoDefinitionIsTheSystems()
    {
        var lists = new InstanceLists(await FilledAsync());

        (await ListAsync(lists, new InstanceListRequest { IsSystem = true })).TotalCount.Should().Be(0);
        (await ListAsync(lists, new InstanceListRequest { IsSystem = false })).TotalCount.Should().Be(60);
    }

    private static IEnumerable<ElsaInstanceSummary> Naive(IEnumerable<ElsaInstanceSummary> all, InstanceListRequest r)
    {
        var statuses = (r.Statuses ?? []).Append(r.Status).Where(s => s is not null).Select(s => s!.ToUpperInvariant()).ToHashSet();
        var subs = (r.SubStatuses ?? []).Append(r.SubStatus).Where(s => s is not null).ToHashSet();
        var matching = all.Where(i =>
            (r.DefinitionId is null || i.DefinitionId == r.DefinitionId) && (r.DefinitionIds is not { Count: > 0 } || r.DefinitionIds.Contains(i.DefinitionId))
            && (string.IsNullOrEmpty(r.CorrelationId) || i.CorrelationId == r.CorrelationId) && (r.Version is null || i.Version == r.Version)
            && (r.HasIncidents is null || i.IncidentCount > 0 == r.HasIncidents) && (statuses.Count == 0 || statuses.Contains(i.Status.ToUpperInvariant()))
            && (subs.Count == 0 || subs.Contains(i.SubStatus)) && (r.TimestampFilters ?? []).All(t => Holds(t, i))
            && (string.IsNullOrEmpty(r.SearchTerm) || new[] { i.Id, i.Name, i.CorrelationId }.Any(t => t?.Contains(r.SearchTerm, StringComparison.OrdinalIgnoreCase) == true) || i.DefinitionId.StartsWith(r.SearchTerm, StringComparison.OrdinalIgnoreCase)));
        var isByName = r.OrderBy == "Name";
        var ascending = r.OrderDirection is null ? isByName : r.OrderDirection == "Ascending";
        var byKey = r.OrderBy switch
        {
            "Name" => matching.OrderBy(i => i.Name ?? "", StringComparer.OrdinalIgnoreCase),
            "UpdatedAt" or "LastExecuted" => matching.OrderBy(i => i.UpdatedAt),
            "Finished" => matching.OrderBy(i => i.FinishedAt),
            _ => matching.OrderBy(i => i.CreatedAt),
        };
        var ordered = byKey.ThenBy(i => i.Id, StringComparer.Ordinal).ToList();
        return (ascending ? ordered : Enumerable.Reverse(ordered)).OrderBy(i => r.OrderBy == "Finished" && i.FinishedAt is null);
    }

    private static bool Holds(TimestampCondition t, ElsaInstanceSummary i)
    {
        DateTimeOffset? at = t.Column switch { "CreatedAt" => i.CreatedAt, "UpdatedAt" => i.UpdatedAt, _ => i.FinishedAt };
        return at is { } time && t.Operator switch
        {
            "Is" => time == t.Timestamp,
            "IsNot" => time != t.Timestamp,
            "LessThan" => time < t.Timestamp,
            "GreaterThan" => time > t.Timestamp,
            "LessThanOrEqual" => time <= t.Timestamp,
            _ => time >= t.Timestamp,
        };
    }

    private static async Task<Kairship.Server.Elsa.ElsaPage<ElsaInstanceSummary>> ListAsync(InstanceLists lists, InstanceListRequest request)
    {
        var answer = await lists.ListAsync(request, CancellationToken.None);
        answer.Refusal.Should().BeNull();
        return answer.Granted;
    }

    private static async Task<IWorkflowStore> FilledAsync()
    {
        var store = new InMemoryWorkflowStore(TimeProvider.System);
        for (var n = 0; n < 60; n++)
        {
            var (id, created) = ($"i-{n:00}", Begin.AddHours(n % 40));
            var definition = Definitions[n % 3];
            await store.CreateInstanceAsync(
                new NewInstance(id, definition, $"{definition}-v", 1 + (n % 2), n % 4 == 0 ? null : $"Name {n % 20}", n % 3 == 0 ? "c1" : null, null, new byte[] { 1 }, null, created)
                {
                    Claim = new FirstClaim("test", TimeSpan.FromMinutes(1)),
                },
                CancellationToken.None);
            var status = Statuses[n % Statuses.Length];
            await store.CommitAsync(
                [
                    new InstanceCommit
                    {
                        InstanceId = id, Epoch = 1, State = new byte[] { 1 }, Status = status, At = created.AddHours(n % 5), Name = n % 4 == 0 ? null : $"Name {n % 20}",
                        CorrelationId = n % 3 == 0 ? "c1" : null, IncidentCount = status == InstanceStatus.Faulted ? 1 + (n % 2) : 0, Release = true,
                    },
                ],
                CancellationToken.None);
            if (status is InstanceStatus.Suspended or InstanceStatus.Executing && n % 5 == 0)
            {
                await store.SetQuarantineAsync(id, "it brought its node down", CancellationToken.None);
            }
        }

        return store;
    }
}
