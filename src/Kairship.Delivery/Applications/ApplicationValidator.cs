using Kairship.Delivery.Manifests;
using Kairship.Delivery.Plans;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Applications;

/// <summary>What an application must satisfy beyond its shape.</summary>
public static class ApplicationValidator
{
    /// <value>So that "{application}-{number}", a release's id, is still a label's value.</value>
    public const int MaxNameLength = 50;

    private const int MaxItems = 100;
    private static readonly TimeSpan MaxPause = TimeSpan.FromDays(30);

    /// <summary>All problems, none when the application is valid. Paths are those of its YAML.</summary>
    public static IReadOnlyList<ApplicationProblem> Validate(Application application)
    {
        var check = new ProblemList();
        check.Unless(
            DnsName.IsLabel(application.Name) && application.Name.Length <= MaxNameLength,
            "metadata.name", $"'{application.Name}' must be {DnsName.LabelRule}, here at most {MaxNameLength}.");
        check.Unless(DnsName.IsLabel(application.Namespace), "spec.namespace", $"'{application.Namespace}' must be {DnsName.LabelRule}.");
        PlacementRules.Check(application.Placement, check);
        OverrideRules.Check(application.Overrides, check);

        Rollout(application.Rollout, check);
        if (application.Source is { } source)
        {
            Source(source, check);
        }

        KeepingRules.Check(application, check);
        if (application.Scaling is { } scaling)
        {
            ScalingPolicyRules.Check(scaling, check);
        }

        FailoverRules.Check(application.Failover, check);
        TrafficFields.Check(application.Traffic, check);
        return check.Problems;
    }

    private static void Source(SourceSpec source, ProblemList check)
    {
        check.Unless(source.Path is null != source.Inline is null, "spec.source", "must have a path or an inline text, one of the two.");
        check.Unless(
            source.Path is null || IsBelow(source.Path),
            "spec.source.path", $"'{source.Path}' must be a path below the server's source roots: relative, with '/' and without '..'.");
        check.Unless(source.Path is not null || (source.HelmValues.Count == 0 && !source.Recursive), "spec.source", "has helmValues or recursive, which mean nothing without a path.");
        for (var i = 0; i < source.HelmValues.Count; i++)
        {
            check.Unless(
                IsBelow(source.HelmValues[i]), $"spec.source.helmValues[{i}]", $"'{source.HelmValues[i]}' must be a path inside of the chart's folder: relative, with '/' and without '..'.");
        }
    }

    private static bool IsBelow(string path) =>
        path.Length is > 0 and <= 500 && path[0] is not ('/' or '-' or '~') && !path.Any(c => c is '\\' or ':' || char.IsControl(c)) && !path.Split('/').Contains("..");

    private static void Rollout(RolloutPolicy rollout, ProblemList check)
    {
        check.Unless(
            rollout.Workflow.Length is > 0 and <= 200 && rollout.Workflow.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'),
            "spec.rollout.workflow", $"'{rollout.Workflow}' is not a workflow's id: letters, digits, '-', '_' and '.'.");
        check.Unless(rollout.ProgressDeadline >= TimeSpan.FromSeconds(1) && rollout.ProgressDeadline <= TimeSpan.FromDays(7), "spec.rollout.progressDeadline", "must be from 1s to 168h.");
        check.Unless(rollout.Waves.Count <= MaxItems, "spec.rollout.waves", $"has {rollout.Waves.Count} waves; at most {MaxItems}.");
        check.Unless(rollout.Steps.Count <= MaxItems, "spec.rollout.steps", $"has {rollout.Steps.Count} steps; at most {MaxItems}.");
        for (var i = 0; i < rollout.Waves.Count; i++)
        {
            Wave(rollout.Waves, i, check);
        }

        Steps(rollout.Steps, check);
        if (rollout.Approval is { } approval)
        {
            check.Unless(approval.MinApprovals is >= 1 and <= 20, "spec.rollout.approval.minApprovals", $"is {approval.MinApprovals}; it must be from 1 to 20.");
            check.Unless(approval.Roles?.All(role => role.Length > 0) ?? true, "spec.rollout.approval.roles", "has an empty role.");
            check.Unless(approval.ExpiresAfter is null || approval.ExpiresAfter > TimeSpan.Zero, "spec.rollout.approval.expiresAfter", "must be longer than 0s; leave it out for no end.");
        }
    }

    private static void Wave(IReadOnlyList<Wave> waves, int i, ProblemList check)
    {
        var (wave, path) = (waves[i], $"spec.rollout.waves[{i}]");
        check.Unless(DnsName.IsLabel(wave.Name), $"{path}.name", $"'{wave.Name}' must be {DnsName.LabelRule}.");
        check.Unless(wave.Name != WavePlanner.Rest, $"{path}.name", $"'{WavePlanner.Rest}' is the name of the last wave, of the clusters that no wave selects.");
        check.Unless(wave.Name != WavePlanner.Leaving, $"{path}.name", $"'{WavePlanner.Leaving}' is the name of the wave of the clusters that the application leaves.");
        check.Unless(waves.Take(i).All(earlier => earlier.Name != wave.Name), $"{path}.name", $"'{wave.Name}' is the name of an earlier wave.");
        check.Unless(wave.LabelSelector is not null || wave.ClusterNames is { Count: > 0 }, path, "selects no cluster: give labelSelector ({} for all) or clusterNames.");
        check.Unless(
            wave.MaxConcurrency is null || WavePlanner.TryParseConcurrency(wave.MaxConcurrency, out _, out _),
            $"{path}.maxConcurrency", $"'{wave.MaxConcurrency}' is neither a number from 1 on nor a percentage from 1% to 100%.");
        SelectorRules.Names(wave.ClusterNames, $"{path}.clusterNames", check);
        SelectorRules.Selector(wave.LabelSelector, $"{path}.labelSelector", check);
    }

    // The YAML has a pause as a step of its own, so that its indexes run ahead of the steps'.
    private static void Steps(IReadOnlyList<CanaryStep> steps, ProblemList check)
    {
        for (int i = 0, index = 0; i < steps.Count; index += steps[i].Observe == TimeSpan.Zero ? 1 : 2, i++)
        {
            var (step, before) = (steps[i], i == 0 ? 0 : steps[i - 1].Weight);
            var path = $"spec.rollout.steps[{index}].setWeight";
            check.Unless(step.Weight is >= 1 and <= 100, path, $"is {step.Weight}; it must be from 1 to 100.");
            check.Unless(step.Weight >= before, path, $"is {step.Weight}, less than the {before} before it; weights never fall.");
            check.Unless(step.Observe >= TimeSpan.Zero && step.Observe <= MaxPause, $"spec.rollout.steps[{index + 1}].pause.duration", $"must be from 0s to {GoDuration.Format(MaxPause)}.");
        }
    }
}
