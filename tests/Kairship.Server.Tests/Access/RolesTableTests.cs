using System.Net;
using System.Text.RegularExpressions;

namespace Kairship.Server.Tests.Access;

/// <summary>Who may what, of every route that there is: a new one without a row fails.</summary>
public sealed partial class RolesTableTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["read"] = ["viewer", "designer", "publisher", "deployer", "release-manager", "admin"],
        ["design"] = ["designer", "publisher", "admin"],
        ["publish"] = ["publisher", "admin"],
        ["deploy"] = ["deployer", "admin"],
        ["decide"] = ["deployer", "release-manager", "admin"],
        ["administer"] = ["admin"],
    };

    [Fact]
    public void Routes_AskFor_WhatTheTableSays()
    {
        var mapped = MappedPolicy.Of(server).Select(p => $"{p.Route} {p.Policy}").ToList();

        Assert.True(
            mapped.ToHashSet().SetEquals(RolesTable.Rows),
            $"Each route has a row that somebody thought about.\nWithout a row:\n{string.Join('\n', mapped.Except(RolesTable.Rows))}\nWithout a route:\n{string.Join('\n', RolesTable.Rows.Except(mapped))}");
    }

    [Fact]
    public async Task Routes_LetNobodyIn_WhoIsNotInTheTable()
    {
        var clients = new Dictionary<string, HttpClient> { ["nobody"] = server.Http(null) };
        foreach (var role in Allowed["read"].Where(r => r != "admin"))
        {
            clients[role] = server.Http(await server.KeyAsync($"only-{role}", role));
        }

        List<string> wrong = [];
        foreach (var route in MappedPolicy.Of(server).Where(r => r.Policy != "anyone"))
        {
            foreach (var (role, http) in clients.Where(c => !Allowed[route.Policy].Contains(c.Key)))
            {
                using var request = new HttpRequestMessage(new HttpMethod(route.Method == "*" ? "POST" : route.Method), Parameter().Replace(route.Pattern, "1"));
                request.Content = route.Method is "GET" or "HEAD" ? null : new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
                var answer = (await http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode;
                if (answer != (role == "nobody" ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden))
                {
                    wrong.Add($"{route.Route} answers {role} with {answer}");
                }
            }
        }

        wrong.Should().BeEmpty();
        foreach (var http in clients.Values)
        {
            http.Dispose();
        }
    }

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
