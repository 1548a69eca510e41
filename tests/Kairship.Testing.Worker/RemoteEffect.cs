using System.Diagnostics;
using System.Text.Json.Nodes;
using Kairship.Workflows.Activities;

namespace Kairship.Testing.Worker;

/// <summary>
/// An effect whose traces outlive its process: lines "start|done key epoch" in a file of the worker's. Inputs: Millis (how long it takes), Kill (how it ends the process
/// instead: FailFast, StackOverflow, Kill). Its Result is the worker's name.
/// </summary>
public sealed class RemoteEffect(WorkerOptions? worker) : EffectActivity
{
    public const string TypeName = "Test.Remote";

    private readonly Lock gate = new();

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor.Create(TypeName, "Test", "Leaves traces outside.")
        .WithInput(new InputDescriptor("Millis", "Int32"))
        .WithInput(new InputDescriptor("Kill", "String"))
        .WithOutput(new OutputDescriptor("Result", "Object"));

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        Trace("start", context);
        EndProcess(context.Text("Kill"));
        if (int.TryParse(context.Text("Millis"), out var millis))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(millis), context.Time, cancellationToken);
        }

        if (worker!.Hold == Hold.InEffects)
        {
            await HeldStore.GoAsync(worker);
        }

        Trace("done", context);
        return ActivityResult.Done(new JsonObject { ["Result"] = worker.Owner });
    }

    private void Trace(string what, EffectContext context)
    {
        lock (gate)
        {
            File.AppendAllText(worker!.EffectsFile, $"{what} {context.IdempotencyKey} {context.Epoch}\n");
        }
    }

    private static void EndProcess(string? how)
    {
        switch (how)
        {
            case "FailFast":
                Environment.FailFast("on purpose");
                break;
            case "StackOverflow":
                Deeper(0);
                break;
            case "Kill":
                Process.GetCurrentProcess().Kill();
                break;
        }
    }

    private static int Deeper(int depth) => depth < 0 ? 0 : Deeper(depth + 1) + Deeper(depth + 2);
}
