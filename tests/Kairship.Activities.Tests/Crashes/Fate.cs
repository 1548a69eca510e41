using System.Reflection;
using Kairship.Delivery.Releases;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;

namespace Kairship.Activities.Tests.Crashes;

/// <summary>Where one life of the process ends: at its n-th write of a kind, before or after the write reached the database. Counted from 1.</summary>
/// <param name="Write">null: it lives on.</param>
internal sealed record Death(int? Write, bool After)
{
    public static Death Never { get; } = new(null, false);

    public override string ToString() => Write is null ? "never" : $"{(After ? "after" : "before")} write {Write}";
}

/// <summary>What kills the process: the engine's commits, or what activities write down about releases in the midst of their work.</summary>
internal enum Writes
{
    EngineCommits,
    DeliveryWrites,
}

/// <summary>One life of the process. From its death on, no store answers it.</summary>
internal sealed class Fate(Writes counted, Death death)
{
    private readonly Lock gate = new();
    private CrashingStore? engine;
    private int deliveryWrites;
    private bool dead;

    public bool IsDead => dead || engine is { Crashed: true };

    /// <summary>Writes of the kind that counts so far.</summary>
    public int Count => counted == Writes.EngineCommits ? engine!.Commits : deliveryWrites;

    public IWorkflowStore Wrap(IWorkflowStore store)
    {
        engine = new CrashingStore(store);
        if (counted == Writes.EngineCommits && death.Write is { } write)
        {
            engine.CrashAt(write, death.After);
        }

        var proxy = DispatchProxy.Create<IWorkflowStore, MortalStore<IWorkflowStore>>();
        ((MortalStore<IWorkflowStore>)(object)proxy).Enter(engine, this, _ => false);
        return proxy;
    }

    public IDeliveryStore Wrap(IDeliveryStore store)
    {
        var proxy = DispatchProxy.Create<IDeliveryStore, MortalStore<IDeliveryStore>>();
        ((MortalStore<IDeliveryStore>)(object)proxy).Enter(store, this, IsWriteOfActivities);
        return proxy;
    }

    /// <summary>Before a write: true when this is the one to die after. Dies at once when it is the one to die before.</summary>
    internal bool Enter(bool isCounted)
    {
        lock (gate)
        {
            ThrowIfDead();
            if (!isCounted || counted != Writes.DeliveryWrites || ++deliveryWrites != death.Write)
            {
                return false;
            }

            if (death.After)
            {
                return true;
            }

            dead = true;
            throw new ProcessCrashedException();
        }
    }

    internal void Leave(bool dies)
    {
        lock (gate)
        {
            dead |= dies;
            ThrowIfDead();
        }
    }

    private static bool IsWriteOfActivities(string method) => method is nameof(IDeliveryStore.SavePlanAsync) or nameof(IDeliveryStore.EnsureApprovalAsync)
        or nameof(IDeliveryStore.SaveReleaseClusterAsync) or nameof(IDeliveryStore.SetReleaseStatusAsync) or nameof(IDeliveryStore.AddReleaseEventAsync)
        or nameof(IDeliveryStore.SetCurrentRevisionAsync);

    private void ThrowIfDead()
    {
        if (IsDead)
        {
            throw new ProcessCrashedException();
        }
    }
}

/// <summary>A store seen by a process that may die.</summary>
#pragma warning disable CA1852 // DispatchProxy derives from it at run time.
internal class MortalStore<T> : DispatchProxy
    where T : class
#pragma warning restore CA1852
{
    private T inner = null!;
    private Fate fate = null!;
    private Func<string, bool> isCounted = null!;

    public void Enter(T store, Fate life, Func<string, bool> counts) => (inner, fate, isCounted) = (store, life, counts);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var result = targetMethod!.ReturnType;
        return result == typeof(Task)
            ? CallAsync(targetMethod, args)
            : typeof(MortalStore<T>).GetMethod(nameof(AskAsync), BindingFlags.Instance | BindingFlags.NonPublic)!
                .MakeGenericMethod(result.GetGenericArguments()[0]).Invoke(this, [targetMethod, args]);
    }

    private async Task CallAsync(MethodInfo method, object?[]? args)
    {
        var dies = fate.Enter(isCounted(method.Name));
        await (Task)method.Invoke(inner, BindingFlags.DoNotWrapExceptions, null, args, null)!;
        fate.Leave(dies);
    }

    private async Task<TResult> AskAsync<TResult>(MethodInfo method, object?[]? args)
    {
        var dies = fate.Enter(isCounted(method.Name));
        var answer = await (Task<TResult>)method.Invoke(inner, BindingFlags.DoNotWrapExceptions, null, args, null)!;
        fate.Leave(dies);
        return answer;
    }
}
