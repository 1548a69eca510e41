using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Runtime;

/// <summary>What an effect that ended left. <see cref="Run"/> tells it from an earlier run of the same execution that was cancelled. <see cref="Result"/> is null when it was cancelled: then nothing is known and nothing is recorded.</summary>
internal sealed record EffectEnd(string ExecutionId, long Run, ActivityResult? Result, IReadOnlyList<(string Message, JsonObject? Data)> Notes, TimeSpan? Backoff)
{
    public required int Attempt { get; init; }

    /// <summary>What it threw.</summary>
    public Exception? Error { get; init; }
}

/// <summary>The running effects of one burst. Everything but the effects themselves runs on the burst's thread; ends are handed to <paramref name="ended"/> from anywhere.</summary>
internal sealed class EffectSet(long epoch, WorkflowRuntimeOptions options, TimeProvider time, Action<EffectEnd> ended)
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, (long Run, CancellationTokenSource Cancellation)> running = [];
    private readonly List<Task> tasks = [];
    private long runs;

    public int Count => running.Count;

    public bool HasRoom => running.Count < options.MaxConcurrentEffectsPerInstance;

    public bool IsRunning(string executionId) => running.ContainsKey(executionId);

    public void Start(Interpreter interpreter, ExecutionState execution)
    {
        var node = interpreter.Graph.ById[execution.ActivityId];
        var context = new EffectContext
        {
            InstanceId = interpreter.State.Id,
            DefinitionId = interpreter.Graph.DefinitionId,
            ExecutionId = interpreter.ExternalId(execution),
            ActivityId = node.Id,
            ActivityName = node.Name,
            Attempt = execution.Failures + 1,
            IsLastAttempt = execution.Failures + 1 >= RetriesOf(node).MaxAttempts,
            Epoch = epoch,
            CorrelationId = interpreter.State.CorrelationId,
            StartedBy = interpreter.State.StartedBy,
            RootInstanceId = interpreter.State.Root,
            Inputs = (JsonObject?)execution.Inputs?.DeepClone() ?? [],
            State = (JsonObject?)execution.State?.DeepClone() ?? [],
            ResumedBy = execution.ResumedBy is { } stimulus ? Messages.Stimulus(stimulus) : null,
            Time = time,
        };
        var cancellation = new CancellationTokenSource();
        var run = ++runs;
        running.Add(execution.Id, (run, cancellation));
        tasks.RemoveAll(t => t.IsCompleted);
        tasks.Add(Task.Run(() => RunAsync(node, context, execution.Id, run, cancellation.Token), CancellationToken.None));
    }

    /// <summary>Forgets an effect that ended. False when that run is not the one that counts: its result is ignored.</summary>
    public bool Remove(EffectEnd end)
    {
        if (!running.TryGetValue(end.ExecutionId, out var entry) || entry.Run != end.Run)
        {
            return false;
        }

        running.Remove(end.ExecutionId);
        entry.Cancellation.Dispose();
        return true;
    }

    /// <summary>The execution was cancelled: the token of its effect, if one runs.</summary>
    public void Cancel(string executionId)
    {
        if (running.Remove(executionId, out var entry))
        {
            entry.Cancellation.Cancel();
        }
    }

    public void CancelAll()
    {
        foreach (var (_, cancellation) in running.Values)
        {
            cancellation.Cancel();
        }
    }

    /// <summary>Waits a little for cancelled effects, so that they seldom overlap with what comes next.</summary>
    public async Task FarewellAsync()
    {
        CancelAll();
        await Task.WhenAll(tasks).WaitAsync(Farewell, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(ActivityNode node, EffectContext context, string executionId, long run, CancellationToken cancellationToken)
    {
        var (result, error) = await ResultAsync((EffectActivity)node.Activity, context, cancellationToken);
        var backoff = result is ActivityResult.Failed ? RetryDelay.After(RetriesOf(node), context.ExecutionId, context.Attempt) : null;
        ended(new EffectEnd(executionId, run, result, context.Notes, backoff) { Attempt = context.Attempt, Error = error });
    }

    private RetryPolicy RetriesOf(ActivityNode node) => node.Policy.Retry ?? new RetryPolicy
    {
        MaxAttempts = options.MaxAttempts, Delay = options.BackoffBase, MaxDelay = options.BackoffMax,
    };

    private static async Task<(ActivityResult? Result, Exception? Error)> ResultAsync(EffectActivity activity, EffectContext context, CancellationToken cancellationToken)
    {
        try
        {
            return (await activity.ExecuteAsync(context, cancellationToken), null);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return (null, null);
        }
        catch (Exception e) when (e is ActivityInputException or ExpressionException)
        {
            return (ActivityResult.Fail("Input", e.Message), e);
        }
        catch (Exception e)
        {
            return (ActivityResult.Retry(e.GetType().Name, e.Message), e);
        }
    }
}
