namespace Kairship.Simulator.Tests.Conformance.Workloads;

/// <summary>Jobs from their first pod to their end.</summary>
public abstract class JobCases(ConformanceServer server) : WorkloadCases(server)
{
    private const string Jobs = "batch/v1";

    [Fact]
    public async Task Job_OfThreeCompletions_RunsThemAndCompletes()
    {
        await JobAsync("\"completions\":3,\"parallelism\":2");
        var job = await UntilEndedAsync("Complete");

        Number(job.Json, "status", "succeeded").Should().Be(3);
        At(job.Json, "status", "active").Should().BeNull();
        At(job.Json, "status", "failed").Should().BeNull();
        Text(job.Json, "status", "completionTime").Should().NotBeNull();
        Say(job.Json, "Complete").Should().Be(Since(1, 31) ? "True CompletionsReached: Reached expected number of succeeded pods" : "True : ");
        (await GetAsync(In("pods"))).Items().Should().HaveCount(3).And.OnlyContain(p => Label(p, "job-name") == "job" && Text(Owner(p), "uid") == job.Uid);
        (await EventAsync("Job", "job", "Completed")).Should().Be("Normal Job completed");
    }

    [Fact]
    public async Task Job_Created_SelectsItsPodsByItsOwnUid()
    {
        var job = await JobAsync("\"parallelism\":0");
        var prefix = Since(1, 27) ? "batch.kubernetes.io/" : "";

        Text(job.Json, "spec", "selector", "matchLabels", prefix + "controller-uid").Should().Be(job.Uid);
        Text(job.Json, "spec", "template", "metadata", "labels", "controller-uid").Should().Be(job.Uid);
        Text(job.Json, "spec", "template", "metadata", "labels", "job-name").Should().Be("job");
        Number(job.Json, "spec", "backoffLimit").Should().Be(6);
        Number(job.Json, "spec", "parallelism").Should().Be(0);
        At(job.Json, "spec", "completions").Should().BeNull("parallelism alone makes a work queue");
    }

    [Fact]
    public async Task Job_WithoutCompletions_EndsWithTheFirstSuccessOfItsPods()
    {
        await JobAsync("\"parallelism\":2");
        var job = await UntilEndedAsync("Complete");

        Number(job.Json, "status", "succeeded").Should().Be(2, "both had begun");
    }

    [Fact]
    public async Task Job_WhoseContainerRestartsTooOften_FailsAtItsLimit()
    {
        await JobAsync("\"backoffLimit\":1", "app:crash", "OnFailure");
        var job = await UntilEndedAsync("Failed");

        Say(job.Json, "Failed").Should().Be("True BackoffLimitExceeded: Job has reached the specified backoff limit");
        At(job.Json, "status", "active").Should().BeNull();
        At(job.Json, "status", "completionTime").Should().BeNull();
        (await EventAsync("Job", "job", "BackoffLimitExceeded")).Should().Be("Warning Job has reached the specified backoff limit");
        await UntilAsync(() => GetAsync(In("pods")), p => p.Items().Count == 0, "what still ran is taken away");
    }

    [Fact]
    public async Task Job_LongerThanItsDeadline_FailsAndItsPodsGo()
    {
        await JobAsync("\"activeDeadlineSeconds\":1", annotations: "\"fake/ready-after\":\"60\"");
        var job = await UntilEndedAsync("Failed");

        Say(job.Json, "Failed").Should().Be("True DeadlineExceeded: Job was active longer than specified deadline");
        await UntilAsync(() => GetAsync(In("pods")), p => p.Items().Count == 0);
        (await EventAsync("Job", "job", "SuccessfulDelete")).Should().MatchRegex("^Normal Deleted pod: job-[a-z0-9]{5}$");
    }

    [Fact]
    public async Task Job_WithATimeToLive_GoesAfterIt()
    {
        var made = await JobAsync("\"ttlSecondsAfterFinished\":1");
        if (Since(1, 21))
        {
            await UntilGoneAsync(In(Jobs, "jobs/job"));
            await UntilAsync(() => GetAsync(In("pods")), p => p.Items().Count == 0);
        }
        else
        {
            // The feature was off: the field is dropped.
            At(made.Json, "spec", "ttlSecondsAfterFinished").Should().BeNull();
            await UntilEndedAsync("Complete");
        }
    }

    [Fact]
    public async Task Job_OfModeIndexed_RunsEachIndexOnce()
    {
        var made = await JobAsync("\"completions\":3,\"parallelism\":3,\"completionMode\":\"Indexed\"");
        var job = await UntilEndedAsync("Complete");
        var pods = (await GetAsync(In("pods"))).Items();
        if (Since(1, 24))
        {
            Text(job.Json, "status", "completedIndexes").Should().Be("0-2");
            pods.Select(p => Annotation(p, "batch.kubernetes.io/job-completion-index")).Should().BeEquivalentTo("0", "1", "2");
            pods.Select(p => Text(p, "spec", "hostname")).Should().BeEquivalentTo("job-0", "job-1", "job-2");
        }
        else
        {
            At(made.Json, "spec", "completionMode").Should().BeNull();
            pods.Should().HaveCount(3);
        }
    }

    [Fact]
    public async Task Job_Suspended_RunsNothingUntilItIsResumed()
    {
        var made = await JobAsync("\"suspend\":true");
        if (!Since(1, 24))
        {
            At(made.Json, "spec", "suspend").Should().BeNull("older servers do not know it");
            await UntilEndedAsync("Complete");
            return;
        }

        var job = await UntilAsync(In(Jobs, "jobs/job"), j => Say(j, "Suspended") is not null);
        Say(job.Json, "Suspended").Should().Be("True JobSuspended: Job suspended");
        At(job.Json, "status", "startTime").Should().BeNull();
        (await GetAsync(In("pods"))).Items().Should().BeEmpty();
        await ChangeAsync(In(Jobs, "jobs/job"), """{"spec":{"suspend":false}}""");
        Say((await UntilEndedAsync("Complete")).Json, "Suspended").Should().Be("False JobResumed: Job resumed");
    }

    [Fact]
    public async Task Job_WithMoreParallelismThanLeft_StartsOnlyWhatIsNeeded()
    {
        await JobAsync("\"completions\":2,\"parallelism\":5");
        var job = await UntilEndedAsync("Complete");

        Number(job.Json, "status", "succeeded").Should().Be(2);
        (await GetAsync(In("pods"))).Items().Should().HaveCount(2);
    }

    private Task<Reply> JobAsync(string spec, string image = "app:1", string restart = "Never", string annotations = "") => CreateAsync(In(Jobs, "jobs"), $$"""
        {"metadata":{"name":"job"},"spec":{ {{spec}},"template":{"metadata":{"annotations":{ {{annotations}} } },"spec":{"restartPolicy":"{{restart}}","containers":[{"name":"main","image":"{{image}}"}]} } } }
        """);

    private Task<Reply> UntilEndedAsync(string condition) =>
        UntilAsync(In(Jobs, "jobs/job"), j => Say(j, condition)?.StartsWith("True", StringComparison.Ordinal) == true, $"the job is {condition}");
}

public sealed class SimulatedJobs(SimulatedServer server) : JobCases(server);

public sealed class RealJobs(RealServer server) : JobCases(server);
