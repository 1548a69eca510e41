using System.Text.Encodings.Web;
using Kairship.Server.Problems;
using Kairship.Storage.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace Kairship.Server.Access;

/// <summary>Authorization: Bearer ks_{id}_{secret}. Answers 401 and 403 as problem details.</summary>
internal sealed partial class KeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, AccessStore access)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string Name = "ApiKey";
    private const string Bearer = "Bearer ";
    private readonly ILogger log = logger.CreateLogger<KeyAuthentication>();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            return AuthenticateResult.NoResult();
        }

        if (!header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) || !KeyToken.TryParse(header[Bearer.Length..].Trim(), out var token))
        {
            return AuthenticateResult.Fail("The Authorization header is not \"Bearer ks_...\".");
        }

        var key = await access.GetKeyAsync(token.Id, Context.RequestAborted);
        return key is not null && token.Matches(key.SecretHash) && key.RevokedAt is null
            ? AuthenticateResult.Success(new AuthenticationTicket(Caller.Principal(key.Name, key.Roles, Name), Name))
            : AuthenticateResult.Fail("The key is not known here, or was revoked.");
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var failure = (await HandleAuthenticateOnceSafeAsync()).Failure;
        if (failure is not null)
        {
            WrongKey(log, Context.Connection.RemoteIpAddress?.ToString(), Request.Method, Request.Path);
        }

        Response.Headers.WWWAuthenticate = "Bearer";
        await new Refusal(
            StatusCodes.Status401Unauthorized,
            $"{failure?.Message ?? "There is no key on the request."} Send \"Authorization: Bearer KEY\"; the first key is in the file admin.key of the data folder.")
            .ToResult().ExecuteAsync(Context);
    }

    [LoggerMessage(LogLevel.Warning, "No valid key from {Address}: {Method} {Path}")]
    private static partial void WrongKey(ILogger logger, string? address, string method, string path);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        var policy = Context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).LastOrDefault(p => p is not null);
        return Refusal.Forbidden(Policies.Explain(policy)).ToResult().ExecuteAsync(Context);
    }
}
