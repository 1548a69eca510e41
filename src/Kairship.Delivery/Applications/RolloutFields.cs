using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Delivery.Rollouts;

namespace Kairship.Delivery.Applications;

/// <summary>The rollout in YAML. Steps are Argo Rollouts' list: a pause belongs to the weight before it; several pauses in a row add up.</summary>
internal static class RolloutFields
{
    public static RolloutPolicy Read(FieldReader fields)
    {
        var defaults = new RolloutPolicy();
        return new RolloutPolicy
        {
            Workflow = fields.Text("workflow") ?? defaults.Workflow,
            Waves = fields.Objects("waves", Wave) ?? [],
            Steps = Steps(fields),
            Approval = fields.Object("approval", Approval),
            ProgressDeadline = fields.Duration("progressDeadline") ?? defaults.ProgressDeadline,
        };
    }

    public static JsonObject Write(RolloutPolicy policy)
    {
        var fields = new JsonObject { ["workflow"] = policy.Workflow };
        if (policy.Waves.Count > 0)
        {
            fields["waves"] = Shape.List(policy.Waves, Wave);
        }

        if (policy.Steps.Count > 0)
        {
            fields["steps"] = new JsonArray(policy.Steps.SelectMany(Step).ToArray());
        }

        if (policy.Approval is { } approval)
        {
            fields["approval"] = Approval(approval);
        }

        fields["progressDeadline"] = GoDuration.Format(policy.ProgressDeadline);
        return fields;
    }

    private static Wave Wave(FieldReader wave) => new(
        wave.Required("name"), wave.Object("labelSelector", SelectorFields.Selector), wave.Texts("clusterNames"), wave.NumberOrText("maxConcurrency"));

    private static ApprovalRequirement Approval(FieldReader approval) =>
        new(approval.Number("minApprovals") ?? 1, approval.Texts("roles"), approval.Duration("expiresAfter"));

    private static List<CanaryStep> Steps(FieldReader rollout)
    {
        var steps = new List<CanaryStep>();
        rollout.Objects("steps", step =>
        {
            var weight = step.Number("setWeight");
            var pause = step.Object("pause", Pause);
            if (step.Has("setWeight") && step.Has("pause"))
            {
                step.Problem("pause", "stands beside setWeight; write it as a step of its own: '- pause: {duration: 10s}'.");
            }
            else if (step.Has("setWeight"))
            {
                steps.Add(new CanaryStep(weight ?? 0, TimeSpan.Zero));
            }
            else if (!step.Has("pause"))
            {
                step.Problem("setWeight", "is missing: a step is either '{setWeight: 20}' or '{pause: {duration: 10s}}'.");
            }
            else if (steps.Count == 0)
            {
                step.Problem("pause", "comes before any setWeight; a pause belongs to the weight before it.");
            }
            else
            {
                steps[^1] = steps[^1] with { Observe = steps[^1].Observe + (pause?.Duration ?? TimeSpan.Zero) };
            }

            return step;
        });
        return steps;
    }

    private static PauseStep Pause(FieldReader pause)
    {
        if (!pause.Has("duration"))
        {
            pause.Problem("duration", "is missing: a step pauses for a time. For a person's go use rollout.approval, or pause the release.");
        }

        return new PauseStep(pause.Duration("duration") ?? TimeSpan.Zero);
    }

    private static JsonObject Wave(Wave wave)
    {
        var fields = new JsonObject { ["name"] = wave.Name };
        if (wave.LabelSelector is { } selector)
        {
            fields["labelSelector"] = SelectorFields.Selector(selector);
        }

        Shape.Set(fields, "clusterNames", wave.ClusterNames);
        if (int.TryParse(wave.MaxConcurrency, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number.ToString(CultureInfo.InvariantCulture) == wave.MaxConcurrency)
        {
            fields["maxConcurrency"] = number;
        }
        else
        {
            Shape.Set(fields, "maxConcurrency", wave.MaxConcurrency);
        }

        return fields;
    }

    private static IEnumerable<JsonNode?> Step(CanaryStep step)
    {
        yield return new JsonObject { ["setWeight"] = step.Weight };
        if (step.Observe != TimeSpan.Zero)
        {
            yield return new JsonObject { ["pause"] = new JsonObject { ["duration"] = GoDuration.Format(step.Observe) } };
        }
    }

    private static JsonObject Approval(ApprovalRequirement approval)
    {
        var fields = new JsonObject { ["minApprovals"] = approval.MinApprovals };
        Shape.Set(fields, "roles", approval.Roles);
        Shape.Set(fields, "expiresAfter", approval.ExpiresAfter is { } time ? GoDuration.Format(time) : null);
        return fields;
    }

    private sealed record PauseStep(TimeSpan Duration);
}
