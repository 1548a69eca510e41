using System.Net;

namespace Kairship.Server.Tests.Elsa.Instances;

/// <summary>Who may do what, and what is refused to everybody.</summary>
public sealed class InstanceAccessTests(RunningServer server) : IClassFixture<RunningServer>
{
    /// <summary>What the role may call: r reads, p publishes (runs, cancels, tells, tests), a administers.</summary>
    public static TheoryData<string, string> Roles => new()
    {
        { "viewer", "r" }, { "designer", "r" }, { "deployer", "r" }, { "release-manager", "r" }, { "publisher", "rp" }, { "admin", "rpa" },
    };

    private static readonly (char Needs, string Method, string Path)[] Calls =
    [
        ('r', "POST", "/workflow-instances"), ('r', "GET", "/workflow-instances"), ('r', "GET", "/workflow-instances/none"), ('r', "GET", "/workflow-instances/none/execution-state"),
        ('r', "GET", "/workflow-instances/none/journal"), ('r', "POST", "/workflow-instances/none/journal"), ('r', "GET", "/workflow-instances/none/journal/a1"),
        ('r', "GET", "/workflow-instances/none/variables"), ('r', "GET", "/workflow-instances/none/export"), ('r', "POST", "/workflow-instances/none/export"),
        ('r', "POST", "/bulk-actions/export/workflow-instances"),
        ('p', "POST", "/workflow-definitions/none/execute"), ('p', "POST", "/workflow-definitions/none/dispatch"), ('p', "POST", "/workflow-definitions/none/bulk-dispatch"),
        ('p', "POST", "/events/none/trigger"), ('p', "POST", "/tasks/none/complete"), ('p', "POST", "/tests/activities"), ('p', "POST", "/cancel/workflow-instances/none"),
        ('p', "POST", "/bulk-actions/cancel/workflow-instances"),
        ('a', "POST", "/workflow-instances/none/variables"), ('a', "DELETE", "/workflow-instances/none"), ('a', "POST", "/bulk-actions/delete/workflow-instances/by-id"),
        ('a', "POST", "/bulk-actions/import/workflow-instances"),
    ];

    public static TheoryData<string, string, string, int, string> Hostile => new()
    {
        { "POST", "/workflow-instances", "{", 400, "JSON" },
        { "POST", "/workflow-instances", "[]", 400, "" },
        { "POST", "/workflow-instances", """{"page": -1}""", 400, "'page'" },
        { "POST", "/workflow-instances", """{"page": 2147483647, "pageSize": 1000}""", 400, "'page'" },
        { "POST", "/workflow-instances", """{"pageSize": 0}""", 400, "'pageSize'" },
        { "POST", "/workflow-instances", """{"pageSize": 1001}""", 400, "1 to 1000" },
        { "POST", "/workflow-instances", """{"page": "many"}""", 400, "" },
        { "POST", "/workflow-instances", """{"page": 1, "page": 2}""", 400, "" },
        { "POST", "/workflow-instances", """{"status": "Sleeping"}""", 400, "Running, Finished" },
        { "POST", "/workflow-instances", """{"subStatuses": ["Asleep"]}""", 400, "Interrupted" },
        { "POST", "/workflow-instances", """{"orderBy": "id; drop table"}""", 400, "UpdatedAt" },
        { "POST", "/workflow-instances", """{"orderDirection": "Up"}""", 400, "Ascending" },
        { "POST", "/workflow-instances", """{"timestampFilters": [{}]}""", 400, "column" },
        { "POST", "/workflow-instances", """{"timestampFilters": [null]}""", 400, "column" },
        { "POST", "/workflow-instances", """{"timestampFilters": [{"column": "Secret", "operator": "Is", "timestamp": "2026-01-01T00:00:00Z"}]}""", 400, "CreatedAt" },
        { "POST", "/workflow-instances", """{"timestampFilters": [{"column": "CreatedAt", "operator": "Is", "timestamp": "noon"}]}""", 400, "" },
        { "POST", "/workflow-instances", """{"definitionIds": [null]}""", 400, "definitionIds" },
        { "POST", "/workflow-instances", """{"searchTerm": "\ud800"}""", 400, "" },
        { "GET", "/workflow-instances?page=x", "", 400, "page" },
        { "GET", "/workflow-instances?hasIncidents=maybe", "", 400, "hasIncidents" },
        { "GET", "/workflow-instances?timestampFilters=%7B", "", 400, "" },
        { "GET", "/workflow-instances/..%2F..%2Fkeys", "", 404, "" },
        { "GET", "/workflow-instances/none/journal?take=0", "", 400, "take" },
        { "GET", "/workflow-instances/none/journal?skip=-1", "", 400, "skip" },
        { "POST", "/workflow-instances/none/journal", """{"filter": {"activityIds": "a"}}""", 400, "" },
        { "POST", "/bulk-actions/delete/workflow-instances/by-id", """{"ids": []}""", 400, "1 to 1000" },
        { "POST", "/bulk-actions/delete/workflow-instances/by-id", """{"ids": [null]}""", 400, "ids" },
        { "POST", "/bulk-actions/cancel/workflow-instances", "{}", 400, "ids" },
        { "POST", "/bulk-actions/export/workflow-instances", """{"ids": ["none"]}""", 404, "none" },
        { "POST", "/workflow-definitions/waiting/execute", """{"input": []}""", 400, "'input'" },
        { "POST", "/workflow-definitions/waiting/execute", """{"input": {"a": 1, "a": 2}}""", 400, "" },
        { "POST", "/workflow-definitions/waiting/execute", """{"versionOptions": "newest"}""", 400, "Latest" },
        { "POST", "/workflow-definitions/waiting/execute", """{"versionOptions": "99"}""", 404, "" },
        { "POST", "/workflow-definitions/waiting/execute", """{"triggerActivityId": "nobody"}""", 422, "nobody" },
        { "POST", "/workflow-definitions/none/execute", "{}", 404, "none" },
        { "POST", "/workflow-definitions/waiting/dispatch", """{"instanceId": "../../etc"}""", 400, "instanceId" },
        { "POST", "/workflow-definitions/waiting/bulk-dispatch", """{"count": 0}""", 400, "1 to 100" },
        { "POST", "/workflow-definitions/waiting/bulk-dispatch", """{"count": 1000000}""", 400, "1 to 100" },
        { "POST", "/events/e/trigger", """{"input": {"a": "\ud800"}}""", 400, "" },
        { "POST", "/tests/activities", """{"workflowDefinitionHandle": [], "activityHandle": 1}""", 400, "" },
    };

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Role_MayCallWhatItIsFor(string role, string may)
    {
        using var http = server.Http(await server.KeyAsync($"who-is-{role}", role));
        foreach (var (needs, method, path) in Calls)
        {
            var answer = await http.ElsaAsync(new HttpMethod(method), path, method == "GET" ? null : "{}");
            (answer.Status is not (HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized)).Should().Be(may.Contains(needs), $"{role} {method} {path}: {answer.Status} {answer.Body}");
            ((int)answer.Status).Should().NotBe(500);
        }
    }

    [Fact]
    public async Task Nobody_WithoutAKey_CallsAnything()
    {
        using var http = server.Http(null);
        foreach (var (_, method, path) in Calls)
        {
            (await http.ElsaAsync(new HttpMethod(method), path, method == "GET" ? null : "{}")).Status.Should().Be(HttpStatusCode.Unauthorized, path);
        }
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task HostileInput_IsRefused_WithWhatWouldBeRight(string method, string path, string body, int status, string says)
    {
        using var http = server.Http(server.AdminToken);
        var before = (await server.Admin.ListInstancesAsync()).Total;

        var answer = await http.ElsaAsync(new HttpMethod(method), path, body.Length == 0 ? null : body);

        ((int)answer.Status).Should().Be(status, answer.Body);
        answer.Response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        answer.Detail.Contains(says, StringComparison.Ordinal).Should().BeTrue(answer.Detail);
        answer.Body.Should().NotContain("Exception").And.NotContain("   at ");
        (await server.Admin.ListInstancesAsync()).Total.Should().Be(before);
    }
}
