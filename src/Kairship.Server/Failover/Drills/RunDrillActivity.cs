using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Kairship.Activities;
using Kairship.Server.Hosting;
using Kairship.Server.Reports;
using Kairship.Workflows.Activities;

namespace Kairship.Server.Failover.Drills;

/// <summary>
/// Loses a cluster on purpose and measures how it is overcome. On twins it runs from start to end in one go: what it stands on is in memory, so that after a crash it begins anew. It is one at a time for a node.
/// </summary>
internal sealed class RunDrillActivity(IServiceProvider services, ReportBook book, TimeProvider time) : EffectActivity, IDisposable
{
    private const string DefaultTimeout = "00:15:00";
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim one = new(1);

    public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor
        .Create("Kairship.RunDrill", "Clusters", "Loses a cluster on purpose, runs the real failover and measures it: on simulated twins of the fleet, which touches nothing, or on the real clusters when people agree.")
        .WithInput(new InputDescriptor("Cluster", "String", "The cluster to lose; none means the one with the most replicas.", UIHint: "dropdown", Order: 0) { LiveOptions = LiveLists.Clusters })
        .WithInput(new InputDescriptor("Real", "Boolean", "On the real clusters: people are asked first, then the cluster is held for lost and its applications move.", UIHint: "checkbox", DefaultValue: "false", Order: 1))
        .WithInput(new InputDescriptor("Timeout", "TimeSpan", "From the loss to the end; what is not healthy by then has missed.", DefaultValue: DefaultTimeout, Order: 2))
        .WithOutput(new OutputDescriptor("Report", "String", "The id of the report."))
        .WithOutput(new OutputDescriptor("Sentence", "String", "The report in one sentence."))
        .WithOutcomes("Met", "Missed", "Failed") with { DisplayName = "Run Drill" };

    public override async ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
    {
        var order = OrderOf(context);
        try
        {
            return context.Text("Real") is "true" or "True" ? await RealAsync(context, order, cancellationToken) : await OnTwinsAsync(context, order, cancellationToken);
        }
        catch (Exception e) when (e is DrillRefusedException or ServerStartException)
        {
            return await FailedAsync(context, order, e.Message, cancellationToken);
        }
        catch (Exception e) when (context.IsLastAttempt && !cancellationToken.IsCancellationRequested)
        {
            return await FailedAsync(context, order, $"It broke off: {e.Message}", cancellationToken);
        }
    }

    public void Dispose() => one.Dispose();

    private async Task<ActivityResult> OnTwinsAsync(EffectContext context, DrillOrder order, CancellationToken cancellationToken)
    {
        if (!await one.WaitAsync(0, cancellationToken))
        {
            return ActivityResult.Wait(Busy);
        }

        // A drill is longer than a stop waits: it ends at once, and begins anew afterwards.
        var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        try
        {
            return Told(context, order, await services.GetRequiredService<TwinDrill>().RunAsync(order, either.Token));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ActivityResult.Wait(Busy);
        }
        finally
        {
            one.Release();
        }
    }

    private async Task<ActivityResult> RealAsync(EffectContext context, DrillOrder order, CancellationToken cancellationToken)
    {
        var (finding, wait, refused) = await services.GetRequiredService<RealDrill>().GoAsync(context, order, cancellationToken);
        return wait ?? (finding is not null ? Told(context, order, finding) : await FailedAsync(context, order, refused!, cancellationToken));
    }

    private static ActivityResult Told(EffectContext context, DrillOrder order, DrillFinding finding)
    {
        context.Note(finding.Sentence, new JsonObject { ["report"] = order.Id });
        return ActivityResult.Leave(finding.IsMet ? "Met" : "Missed", new JsonObject { ["Report"] = order.Id, ["Sentence"] = finding.Sentence });
    }

    private async Task<ActivityResult> FailedAsync(EffectContext context, DrillOrder order, string why, CancellationToken cancellationToken)
    {
        var (now, sentence) = (time.GetUtcNow(), $"The drill was not carried out: {why}");
        await book.FileAsync(DrillFinding.Unfinished(order.Id, order.Cluster is null ? "Drill" : $"Drill: loss of {order.Cluster}", sentence, now, now, isOver: true), cancellationToken);
        context.Note(sentence, new JsonObject { ["report"] = order.Id });
        return ActivityResult.Leave("Failed", new JsonObject { ["Report"] = order.Id, ["Sentence"] = sentence });
    }

    private static DrillOrder OrderOf(EffectContext context)
    {
        var text = context.Text("Timeout") is { Length: > 0 } given ? given : DefaultTimeout;
        if (!TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var timeout) || timeout < Shortest || timeout > Longest)
        {
            throw new ActivityInputException(context.ActivityId, "Timeout", $"is '{text}'; it is from {Shortest} to {Longest}");
        }

        // The same execution is the same drill, however often it runs.
        var id = $"drill-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(context.IdempotencyKey)))[..12]}";
        return new DrillOrder(id, context.Text("Cluster") is { Length: > 0 } cluster ? cluster : null, timeout, context.StartedBy ?? $"workflow:{context.DefinitionId}", context.InstanceId);
    }
}
