using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace TraceDashboard.Core.Api;

internal static class NotFoundProblem
{
    /// <summary>404 without anything of the request in it, so that another tenant's id answers byte by byte like one that does not exist.</summary>
    public static JsonHttpResult<ProblemDetails> Result(string detail) => TypedResults.Json(
        new ProblemDetails { Status = StatusCodes.Status404NotFound, Title = "Not Found", Detail = detail },
        contentType: "application/problem+json",
        statusCode: StatusCodes.Status404NotFound);
}
