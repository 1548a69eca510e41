using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Testing.Worker;

/// <summary>Holds back commits that bring results of effects until told to go.</summary>
internal sealed class HeldStore(IWorkflowStore inner, WorkerOptions options) : StoreDecorator(inner)
{
    public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken)
    {
        if (commits.Any(c => c.Journal.Any(j => j is { Event: "Completed", ActivityType: RemoteEffect.TypeName })))
        {
            Console.WriteLine("holding a result");
            await GoAsync(options);
        }

        var outcomes = await base.CommitAsync(commits, cancellationToken);
        foreach (var (commit, outcome) in commits.Zip(outcomes))
        {
            Console.WriteLine($"{outcome} {commit.InstanceId} {commit.Epoch}");
        }

        return outcomes;
    }

    public static async Task GoAsync(WorkerOptions options)
    {
        while (!File.Exists(options.GoFile))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }
}
