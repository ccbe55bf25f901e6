#!/usr/bin/env Rscript
# load.R RESULTS - results as a data frame with types; prints how often each verdict and each problem
# is there. In code of your own:
#
#     spfsweep schema results.csv.gz --format r > results_schema.R
#
#     source("results_schema.R")
#     frame <- read_spfsweep_csv("results.csv.gz")

results <- commandArgs(trailingOnly = TRUE)[1]
spfsweep <- Sys.getenv("SPFSWEEP", "spfsweep")
code <- system2(spfsweep, c("schema", shQuote(results), "--format", "r"), stdout = TRUE)
eval(parse(text = code, encoding = "UTF-8"))

frame <- read_spfsweep_csv(results)
counts <- function(values) {
    counted <- sort(table(values, useNA = "ifany"), decreasing = TRUE)
    cat(paste0(names(counted), ",", counted, "\n"), sep = "")
}
counts(frame$spf)
# a row has a list of them, or none
counts(unlist(frame$problems))
