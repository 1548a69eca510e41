using Kairship.Workflows.Storage;

namespace Kairship.Testing.Workflows;

/// <summary>The process died. Nothing answers until it is restarted.</summary>
public sealed class ProcessCrashedException() : Exception("The process has crashed (on purpose).");

/// <summary>
/// A store seen by a process that dies at its n-th commit, before or after the commit reached the database, and that gets no answer from then on until
/// <see cref="Restart"/>. The store behind it survives.
/// </summary>
public sealed class CrashingStore(IWorkflowStore inner) : StoreDecorator(inner)
{
    private readonly Lock gate = new();
    private int crashAt = int.MaxValue;
    private bool afterwards;

    /// <summary>Calls of <see cref="CommitAsync"/> so far.</summary>
    public int Commits { get; private set; }

    public bool Crashed { get; private set; }

    /// <summary>Dies at that commit, counted from 1 over the whole life of this object.</summary>
    public void CrashAt(int commit, bool after) => (crashAt, afterwards) = (commit, after);

    public void Restart() => Crashed = false;

    public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<InstanceCommit> commits, CancellationToken cancellationToken)
    {
        bool now;
        lock (gate)
        {
            _ = Target;
            now = ++Commits == crashAt;
            if (now && !afterwards)
            {
                Crashed = true;
                throw new ProcessCrashedException();
            }
        }

        var outcomes = await base.CommitAsync(commits, cancellationToken);
        lock (gate)
        {
            Crashed |= now;
            _ = Target;
        }

        return outcomes;
    }

    protected override IWorkflowStore Target => Crashed ? throw new ProcessCrashedException() : base.Target;
}
