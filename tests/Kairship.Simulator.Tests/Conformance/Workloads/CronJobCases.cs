namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>CronJobs at the turn of a minute: one case looks at several, since it takes one.</summary>
public abstract class CronJobCases(ConformanceServer server) : WorkloadCases(server)
{
    [Fact]
    public async Task CronJob_AtItsMinute_StartsOneJobUnlessSuspended()
    {
        var kind = await KindAsync("CronJob", "batch");
        await CreateAsync(In(kind), Body("tick", ""));
        await CreateAsync(In(kind), Body("still", "\"suspend\":true,"));
        await CreateAsync(In(kind), Body("yearly", "", "0 0 1 1 *"));

        var started = await UntilInTheEndAsync(In(kind), "tick", c => Text(c, "status", "lastScheduleTime") is not null);

        var due = DateTimeOffset.Parse(Text(started, "status", "lastScheduleTime")!, System.Globalization.CultureInfo.InvariantCulture);
        due.Second.Should().Be(0);
        var name = $"tick-{(Since(1, 21) ? due.ToUnixTimeSeconds() / 60 : due.ToUnixTimeSeconds())}";
        var job = await UntilAsync(In("batch/v1", $"jobs/{name}"), j => Say(j, "Complete") is not null);
        Text(Owner(job.Json), "kind").Should().Be("CronJob");
        Text(Owner(job.Json), "name").Should().Be("tick");
        (await EventAsync("CronJob", "tick", "SuccessfulCreate")).Should().Be($"Normal Created job {name}");
        (await GetAsync(In(kind, "still"))).Json["status"]!["lastScheduleTime"].Should().BeNull();
        (await GetAsync(In("batch/v1", "jobs"))).Names.Should().OnlyContain(n => n.StartsWith("tick-", StringComparison.Ordinal));
        await UntilAsync(In(kind, "tick"), c => At(c, "status", "active") is null, "the job has ended");
        (await EventAsync("CronJob", "tick", "SawCompletedJob")).Should().Be($"Normal Saw completed job: {name}, {(Since(1, 27) ? "condition" : "status")}: Complete");
    }

    [Fact]
    public async Task CronJob_Created_HasItsDefaults()
    {
        var kind = await KindAsync("CronJob", "batch");
        var made = await CreateAsync(In(kind), Body("tick", ""));

        Text(made.Json, "spec", "concurrencyPolicy").Should().Be("Allow");
        ((bool?)made.Json["spec"]!["suspend"]).Should().BeFalse();
        (Number(made.Json, "spec", "successfulJobsHistoryLimit"), Number(made.Json, "spec", "failedJobsHistoryLimit")).Should().Be((3L, 1L));
        made.Json["status"]!.AsObject().Should().BeEmpty();
    }

    private static string Body(string name, string spec, string schedule = "* * * * *") => $$"""
        {"metadata":{"name":"{{name}}"},"spec":{ {{spec}}"schedule":"{{schedule}}","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"app:1"}]} } } } } }
        """;
}

public sealed class SimulatedCronJobs(SimulatedServer server) : CronJobCases(server);

public sealed class RealCronJobs(RealServer server) : CronJobCases(server);
