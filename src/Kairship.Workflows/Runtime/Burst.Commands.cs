using Kairship.Workflows.Execution;

namespace Kairship.Workflows.Runtime;

/// <content>What is done with commands and messages between commits.</content>
internal sealed partial class Burst
{
    private const int MaxLinesBeforeCommit = 2_000;

    /// <summary>Goes on until neither time nor a message changes anything, or until there is enough for a commit.</summary>
    private async ValueTask SettleAsync()
    {
        do
        {
            await TakeCommandsAsync();
            interpreter.Apply(new InstanceEvent.TimePassed(Now));
            unsettled = interpreter.PendingLines > MaxLinesBeforeCommit;
        }
        while (!unsettled && inbox.Offer(s => interpreter.Apply(new InstanceEvent.StimulusArrived(Now, s))));
    }

    private async ValueTask TakeCommandsAsync()
    {
        while (inbox.TryTakeCommand(out var command))
        {
            if (command is InstanceCommand.Migrate migrate)
            {
                await MigrateAsync(migrate);
            }
            else
            {
                interpreter.Apply(new InstanceEvent.Commanded(Now, command));
            }
        }
    }

    /// <summary>After a transition that was given up: a cancel counts in any case, nothing else does.</summary>
    private void CarryAgain(IReadOnlyList<InstanceCommand> commands, string reason)
    {
        foreach (var command in commands)
        {
            if (command is InstanceCommand.Cancel)
            {
                interpreter.Apply(new InstanceEvent.Commanded(Now, command));
            }
            else
            {
                interpreter.Refuse(Now, command, reason);
            }
        }
    }

    /// <summary>Goes on as another version. Called between commits; the change is committed with whatever else this transition holds.</summary>
    private async ValueTask MigrateAsync(InstanceCommand.Migrate migrate)
    {
        if (await house.Compile(migrate.VersionId) is { } graph)
        {
            interpreter = interpreter.Migrate(Now, migrate, graph);
        }
        else
        {
            interpreter.Refuse(Now, migrate, $"Version {migrate.VersionId} is gone or does not compile here.");
        }
    }
}
