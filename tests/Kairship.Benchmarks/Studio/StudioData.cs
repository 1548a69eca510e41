using System.Globalization;
using System.Text;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Storage;

namespace Kairship.Benchmarks.Studio;

/// <summary>What a company has after some years: definitions of three versions each, and instances, nearly all of them over.</summary>
internal sealed class StudioData(IWorkflowStore store, StudioOptions options)
{
    /// <summary>Its journal is as long as they come.</summary>
    public const string LongInstance = "long-journal";

    private const int Batch = 250;
    private const int Used = 200;
    private static readonly string[] Verbs = ["Deploy", "Rollback", "Canary", "Migrate", "Scale", "Restart", "Audit", "Freeze"];
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddDays(-20);

    public static string DefinitionId(int number) => string.Create(CultureInfo.InvariantCulture, $"workflow-{number:00000}");

    public static string Correlation(int number) => string.Create(CultureInfo.InvariantCulture, $"release-{number:000000}");

    public async Task FillAsync()
    {
        await store.MigrateAsync(CancellationToken.None);
        if (await store.GetInstanceAsync(LongInstance, CancellationToken.None) is not null)
        {
            return;
        }

        await Parallel.ForAsync(0, options.Definitions, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, _) => await SaveAsync(number));
        for (var first = 0; first < options.Instances; first += Batch)
        {
            var numbers = Enumerable.Range(first, Math.Min(Batch, options.Instances - first)).ToList();
            await Task.WhenAll(numbers.Select(number => store.CreateInstanceAsync(New(number), CancellationToken.None)));
            await store.CommitAsync([.. numbers.Select(Commit)], CancellationToken.None);
        }

        await AddLongAsync();
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"{Verbs[number % Verbs.Length]} shop {number * 7919 % 100_000:00000}");

    private async Task SaveAsync(int number)
    {
        var id = DefinitionId(number);
        var lines = Enumerable.Range(1, 12).Select(i => Def.WriteLine($"line{i}", "What happens in step " + i.ToString(CultureInfo.InvariantCulture)));
        var json = Def.Workflow(id, Def.Sequence("root", [.. lines]));
        DefinitionRecord? latest = null;
        for (var version = 1; version <= 3; version++)
        {
            var document = WorkflowDefinition.Parse(json);
            latest = DefinitionChange.Save(
                latest, document, publish: version == 2 || number % 3 == 0, inPlace: false, string.Create(CultureInfo.InvariantCulture, $"{id}-v{version}"), Start.AddMinutes(number).AddHours(version))
                with { Name = Name(number), Description = "What a team wrote about it, a sentence or two, so that others know when to run it." };
            await store.SaveDefinitionAsync(latest, [], CancellationToken.None);
        }
    }

    private static string Id(int number) => string.Create(CultureInfo.InvariantCulture, $"{number * 2654435761L % 4294967296:x8}{number:x8}");

    private static NewInstance New(int number) => new(
        Id(number), DefinitionId(number * 31 % Used), DefinitionId(number * 31 % Used) + "-v2", 2, null, Correlation(number / 2), null, new byte[600], null, Start.AddSeconds(number * 10))
    {
        Claim = new FirstClaim("benchmark", TimeSpan.FromHours(1)),
    };

    private static InstanceCommit Commit(int number) => new()
    {
        InstanceId = Id(number),
        Epoch = 1,
        State = State(number),
        Status = (number % 20) switch { 0 => InstanceStatus.Faulted, 1 => InstanceStatus.Cancelled, 2 or 3 => InstanceStatus.Suspended, _ => InstanceStatus.Finished },
        At = Start.AddSeconds((number * 10) + (number % 3600)),
        Name = number % 2 == 0 ? Name(number) : null,
        CorrelationId = Correlation(number / 2),
        IncidentCount = number % 20 == 0 ? 1 : 0,
        Release = true,
        Journal = [new JournalRecord(Id(number), 1, Start.AddSeconds(number * 10), "line1", "Workflow1:root:line1", "Elsa.WriteLine", $"{Id(number)}/root/1", "Completed", null, null)],
    };

    /// <summary>As large as one of a workflow of a dozen activities, and no better compressed.</summary>
    private static byte[] State(int number)
    {
        var state = new byte[900];
        new Random(number).NextBytes(state);
        return state;
    }

    private async Task AddLongAsync()
    {
        await store.CreateInstanceAsync(New(0) with { Id = LongInstance, DefinitionId = DefinitionId(0), CorrelationId = null }, CancellationToken.None);
        var at = Start.AddDays(15);
        for (var first = 1; first <= options.JournalLines; first += 100)
        {
            var lines = Enumerable.Range(first, Math.Min(100, options.JournalLines - first + 1)).Select(i => new JournalRecord(
                LongInstance, i, at.AddMilliseconds(i), $"line{1 + (i / 2 % 12)}", $"Workflow1:root:line{1 + (i / 2 % 12)}", "Elsa.WriteLine", $"{LongInstance}/line{1 + (i / 2 % 12)}/{(i + 1) / 2}",
                i % 2 == 1 ? "Started" : "Completed", null, i % 2 == 1 ? null : """{"outcomes":["Done"]}"""));
            var last = first + 100 > options.JournalLines;
            await store.CommitAsync(
                [Commit(0) with { InstanceId = LongInstance, CorrelationId = null, State = Encoding.UTF8.GetBytes("{}"), Status = last ? InstanceStatus.Finished : InstanceStatus.Suspended, IncidentCount = 0, Release = last, Journal = [.. lines] }],
                CancellationToken.None);
        }
    }
}
